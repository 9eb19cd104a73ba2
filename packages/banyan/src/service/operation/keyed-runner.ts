import type { CallReply } from '../../call/transport.ts'
import { within } from '../../kernel/deadline.ts'
import { BanyanError } from '../../kernel/error.ts'
import { toJson } from '../../kernel/json.ts'
import type { IdempotencyRecord } from '../../store/records/idempotency-records.ts'
import type { StoreTransaction } from '../../store/store.ts'
import type { Permit } from '../handler/authorize.ts'
import { failedReply, fingerprint, IDEMPOTENCY_RETENTION_MS, mismatch, replay } from './idempotency.ts'
import { holdAnswer } from './kept-answer.ts'
import { leavingError } from './leaving-error.ts'
import type { RunnableOperation } from './runnable-operation.ts'
import { keptPermits, permitAgain } from '../handler/permits.ts'
import type { Work } from '../handler/work.ts'

/** A final answer stands for the key already: the handler's transaction rolls back and the answer is repeated. */
class AnsweredBefore extends Error {}

/** One request with a key, on its way through an operation. */
interface KeyedCall {
  readonly input: unknown
  readonly work: Work
  readonly key: string
  readonly print: string
}

/** Runs an operation once per key; repetitions get the stored answer (P15). */
export type KeyedRunner = (input: unknown, work: Work, key: string) => Promise<CallReply>

/**
 * Builds the keyed runner of an operation. In the usual case it costs one statement: the answer is inserted in the handler's own
 * transaction, and only when that finds an earlier answer, or the handler fails, is the earlier one looked up.
 */
export function keyedRunner(operation: RunnableOperation): KeyedRunner {
  const { clock } = operation.service.runtime
  const inFlight = new Map<string, { readonly print: string; readonly done: Promise<unknown> }>()

  return async (input, work, key) => {
    const call: KeyedCall = { input, work, key, print: fingerprint(input) }
    for (let first = inFlight.get(key); first; first = inFlight.get(key)) {
      if (first.print !== call.print) throw mismatch()
      const settled = first.done.then(nothing, nothing)
      await within(clock, work.scope.deadline, 'the first request', settled).catch(() => {
        throw inProgress()
      })
      const earlier = await earlierAnswer(operation, call)
      if (earlier) return earlier
    }
    const done = runOnce(operation, call)
    inFlight.set(key, { print: call.print, done })
    try {
      return await done
    } finally {
      inFlight.delete(key)
    }
  }
}

async function runOnce(operation: RunnableOperation, call: KeyedCall): Promise<CallReply> {
  const { store } = operation.service
  const answer: { result?: unknown; output?: unknown } = {}
  const permits: Permit[] = []
  const work: Work = {
    ...call.work,
    permits,
    async after(tx, result) {
      Object.assign(answer, { result, output: operation.checked(result) })
      const entry = record(operation, call, { state: 'succeeded', reply: toJson(answer.output), permits })
      tx.beforeCommit(() => save(tx, entry))
    },
    atCheckpoint: (tx) => save(tx, record(operation, call, { state: 'started', reply: null, permits })),
  }
  try {
    const result = await operation.handle(call.input, work)
    if (work.committed && answer.result === result) return { output: answer.output, token: work.token }
    const output = operation.checked(result)
    const entry = (): IdempotencyRecord => record(operation, call, { state: 'succeeded', reply: toJson(output), permits })
    if (!work.committed) await store.transaction((tx) => save(tx, entry()))
    return { output, token: work.token }
  } catch (thrown) {
    const earlier = await earlierAnswer(operation, call)
    if (earlier) return earlier
    if (thrown instanceof AnsweredBefore) throw inProgress()
    const error = leavingError(operation, thrown)
    if (error.declared && error.retry === 'never')
      await store.transaction((tx) => tx.idempotency.save(record(operation, call, { state: 'failed', reply: failedReply(error), permits })))
    throw error
  }
}

/** Answers what is kept for the key, to whoever may still do what it was kept for. */
async function earlierAnswer(
  { name, definition, service }: RunnableOperation,
  { key, print, work }: KeyedCall,
): Promise<CallReply | undefined> {
  const { runtime, store } = service
  const kept = await store.read(async ({ idempotency }) => {
    const earlier = await idempotency.find(name, key)
    if (!earlier || earlier.expiresAt <= runtime.clock.now()) return undefined
    if (earlier.fingerprint !== print) throw mismatch()
    if (earlier.state === 'started') return undefined
    permitAgain(definition, work.scope.principal, earlier.permits)
    work.keptAnswer?.end() // a store may run the body again
    work.keptAnswer = holdAnswer(runtime.memory.answers, earlier)
    return { state: earlier.state, reply: earlier.reply ?? (await idempotency.reply(name, key)) }
  })
  return kept && { output: replay(kept, definition), replayed: true }
}

async function save(tx: StoreTransaction, entry: IdempotencyRecord): Promise<void> {
  if (!(await tx.idempotency.save(entry))) throw new AnsweredBefore()
}

function record(
  { name, service }: RunnableOperation,
  { key, print }: KeyedCall,
  { state, reply, permits }: Pick<IdempotencyRecord, 'state' | 'reply'> & { readonly permits: readonly Permit[] },
): IdempotencyRecord {
  const expiresAt = service.runtime.clock.now() + IDEMPOTENCY_RETENTION_MS
  return { scope: name, key, fingerprint: print, state, reply, permits: keptPermits(permits), expiresAt }
}

function inProgress(): BanyanError {
  return new BanyanError('idempotency_in_progress', 'the first request with this Idempotency-Key is still running; try again', {
    retryAfterMs: 1_000,
  })
}

function nothing(): void {}
