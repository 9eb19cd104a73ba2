import type { Mutant } from '../mutant.ts'

const WIRE = 'packages/banyan/src/call/wire'
const NETWORK = 'packages/banyan/src/network'
const EQUAL = 'packages/banyan/src/call/suite/equal-calls.integration.ts'

/** Mistakes on the way between two processes: what is not said, said by a stranger, or lost. */
export const WIRE_MUTANTS: readonly Mutant[] = [
  {
    name: 'declared-unsaid',
    mistake: 'an error crosses the wire without saying that its contract declares it',
    promises: ['law 2'],
    file: `${WIRE}/wire-error.ts`,
    find: '    retry,\n    declared,\n    from,\n    retryAfterMs,\n    errors',
    replace: '    retry,\n    declared: false,\n    from,\n    retryAfterMs,\n    errors',
    caughtBy: {
      file: EQUAL,
      test: 'over memory: a declared error arrives with its data, status and retry advice, and with what declares it',
    },
  },
  {
    name: 'newer-code-passes',
    mistake: 'a code of the platform that this version does not know is handed on with the advice of a newer one',
    promises: ['law 2'],
    file: `${WIRE}/wire-error.ts`,
    find: 'if (!declared && !isErrorCode(code))',
    replace: 'if (code === undefined)',
    caughtBy: {
      file: `${WIRE}/wire-error.test.ts`,
      test: 'a code of the platform that this version does not know is internal, and may have happened; a declared one is as it is',
    },
  },
  {
    name: 'deadline-not-sent',
    mistake: 'a call to another process carries a time of its own instead of what is left',
    promises: ['law 2'],
    file: `${WIRE}/scope-headers.ts`,
    find: 'String(Math.max(0, Math.floor(leftMs)))',
    replace: 'String(Math.max(60_000, Math.floor(leftMs)))',
    caughtBy: { file: `${WIRE}/wire.test.ts`, test: 'the deadline travels as what is left, and the trace with its state' },
  },
  {
    name: 'cancelled-call-goes-on',
    mistake: 'a caller that gives up does not break its request off, so its callee works for nobody',
    promises: ['law 2'],
    file: `${WIRE}/remote-transport.ts`,
    find: 'body, signal, timeoutMs:',
    replace: 'body, timeoutMs:',
    caughtBy: { file: EQUAL, test: 'over memory: a caller that gives up is told so at once, and the handler that nobody waits' },
  },
  {
    name: 'stranger-vouches',
    mistake: 'a process believes a ticket that nobody signed',
    promises: ['law 2'],
    file: `${WIRE}/hmac-tickets.ts`,
    find: 'return own.length === given.length && timingSafeEqual(own, given)',
    replace: 'return own.length >= given.length || timingSafeEqual(own, given)',
    caughtBy: {
      file: `${WIRE}/hmac-tickets.test.ts`,
      test: 'a ticket that nobody signed, or somebody else, or that was changed is refused',
    },
  },
  {
    name: 'ticket-for-anything',
    mistake: 'a ticket for one operation opens any other',
    promises: ['law 2'],
    file: `${WIRE}/hmac-tickets.ts`,
    find: 'claim.audience !== wanted.audience || claim.operation !== wanted.operation',
    replace: 'claim.audience === "" || claim.operation === ""',
    caughtBy: { file: `${WIRE}/wire.test.ts`, test: 'nobody is believed who has no ticket, whatever its headers say' },
  },
  {
    name: 'date-becomes-text',
    mistake: 'what JSON would change goes over the wire changed',
    promises: ['law 2'],
    file: `${WIRE}/remote-transport.ts`,
    find: 'if (input === undefined || !findUnsendable(input)) return input',
    replace: 'if (input === undefined || findUnsendable(input)) return input',
    caughtBy: { file: EQUAL, test: 'over memory: what JSON cannot carry is refused where it is declared, and left out where it is not' },
  },
  {
    name: 'lost-answer-is-safe',
    mistake: 'a connection that broke before the answer counts as if nothing had been sent',
    promises: ['law 2'],
    file: `${NETWORK}/failures.ts`,
    find: "new BanyanError('outcome_unknown', `the connection to ${address}",
    replace: "new BanyanError('unavailable', `the connection to ${address}",
    caughtBy: {
      file: `${WIRE}/wire.test.ts`,
      test: 'a call whose answer is lost may have happened, and whoever made it cannot be repeated without a key',
    },
  },
  {
    name: 'half-a-body',
    mistake: 'a body that breaks off looks as if it were whole',
    promises: ['law 2'],
    file: `${NETWORK}/memory/exchange.ts`,
    find: '    throw brokenOff()\n',
    replace: '    return { done: true, value: undefined }\n',
    caughtBy: {
      file: `${NETWORK}/memory/memory-network.test.ts`,
      test: 'memory: a body that breaks off fails for whoever reads it, and does not look whole (N2)',
    },
  },
  {
    name: 'header-in-a-header',
    mistake: 'the value of a header may begin another one',
    promises: ['law 2'],
    file: `${NETWORK}/headers.ts`,
    find: 'if (!VALUE.test(value))',
    replace: 'if (value.length > HEADER_BYTES_MAX)',
    caughtBy: {
      file: `${NETWORK}/memory/memory-network.test.ts`,
      test: 'memory: headers that no network could carry are refused before anything is sent (N5)',
    },
  },
]
