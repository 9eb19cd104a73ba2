import type { Mutant } from '../mutant.ts'

const CALL = 'packages/banyan/src/call'
const TEST = `${CALL}/local-call.test.ts`

/** Mistakes that make a call within a process differ from one between processes. */
export const CALL_MUTANTS: readonly Mutant[] = [
  {
    name: 'call-inside-transaction',
    mistake: 'another service may be called while a transaction is open',
    promises: ['law 4'],
    file: `${CALL}/client.ts`,
    find: 'if (open !== undefined)\n',
    replace: 'if (false)\n',
    caughtBy: { file: TEST, test: 'a call inside a transaction is refused' },
  },
  {
    name: 'input-by-reference',
    mistake: "a local call hands over the caller's own object",
    promises: ['law 2'],
    file: `${CALL}/local-transport.ts`,
    find: 'input: copyAsJson(request.input)',
    replace: 'input: request.input',
    caughtBy: { file: TEST, test: 'a callee that changes its input does not touch the caller' },
  },
  {
    name: 'output-by-reference',
    mistake: "a local call answers with the callee's own object",
    promises: ['law 2'],
    file: `${CALL}/local-transport.ts`,
    find: 'output: copyAsJson(reply.output)',
    replace: 'output: reply.output',
    caughtBy: { file: TEST, test: 'a callee that changes its input does not touch the caller, nor a caller the callee' },
  },
  {
    name: 'deadline-not-propagated',
    mistake: 'a call has a time limit of its own and may outlive its caller',
    promises: ['law 5'],
    file: `${CALL}/client.ts`,
    find: 'callOptions?.timeoutMs ?? operation.timeoutMs, scope.deadline)',
    replace: 'callOptions?.timeoutMs ?? operation.timeoutMs)',
    caughtBy: { file: TEST, test: 'a call never outlives its caller' },
  },
  {
    name: 'internal-error-exposed',
    mistake: 'an unexpected error reaches the caller with its text',
    promises: ['law 2'],
    file: 'packages/banyan/src/kernel/error.ts',
    find: "'something went wrong on our side; it was logged with the trace id', { cause: thrown }",
    replace: 'String(thrown), { cause: thrown }',
    caughtBy: { file: TEST, test: 'an error keeps code, data and retry advice' },
  },
]
