import type { Mutant } from '../mutant.ts'

const RATE_LIMITS = 'packages/gateway/src/rate-limits.integration.ts'

/** Mistakes at the door: what strangers may choose, and what they are told. */
export const GATEWAY_MUTANTS: readonly Mutant[] = [
  {
    name: 'limit-after-credentials',
    mistake: 'the limit of an operation is counted after the token was verified, so guessing costs a verification each',
    promises: ['law 5'],
    file: 'packages/gateway/src/operation-route.ts',
    find: 'if (!passAddress(edge, exchange, limits)) return',
    replace: 'exchange.answerBy += 0',
    caughtBy: { file: RATE_LIMITS, test: 'refuses an address before it verifies a token' },
  },
  {
    name: 'limit-chosen-by-caller',
    mistake: 'an operation counts by what the caller presents instead of where it comes from, so each new token is a new start',
    promises: ['law 5'],
    file: 'packages/gateway/src/rate-gate.ts',
    find: 'return own?.address === undefined || take(edge, exchange, own.address, key, false)',
    replace:
      "return own?.address === undefined || take(edge, exchange, own.address, `${key} ${exchange.request.headers.authorization ?? ''}`, false)",
    caughtBy: { file: RATE_LIMITS, test: 'counts what anybody may change by address' },
  },
  {
    name: 'spelling-is-another-target',
    mistake: 'two spellings of one mailbox have a limit each',
    promises: ['law 5'],
    file: 'packages/gateway/src/target-limiter.ts',
    find: 'hash(canonical(target.slice(0, TARGET_LENGTH_MAX)))',
    replace: 'hash(target.slice(0, canonical.length + TARGET_LENGTH_MAX))',
    caughtBy: { file: RATE_LIMITS, test: 'counts by what a request is about' },
  },
  {
    name: 'owner-locked-out',
    mistake: 'strangers who use up the limit of an account lock its owner out',
    promises: ['law 5'],
    file: 'packages/gateway/src/target-limiter.ts',
    find: 'return decision.allowed ? decision : together.take(hashed)',
    replace: 'return together.take(hashed) ?? decision',
    caughtBy: { file: RATE_LIMITS, test: 'lets the owner of an account in' },
  },
  {
    name: 'key-acts-as-customer',
    mistake: 'an API key that is called like a user, or has a role of staff, orders in the place of a user',
    promises: ['law 5'],
    file: 'packages/banyan/src/service/authorize.ts',
    find: "const isUser = principal.kind === 'user'",
    replace: "const isUser = principal.kind === 'user' || principal.kind === 'key'",
    caughtBy: { file: 'packages/banyan/src/service/authorize.test.ts', test: 'an API key is no user' },
  },
]
