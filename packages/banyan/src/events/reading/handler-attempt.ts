import { type BanyanError, toBanyanError } from '../../kernel/error.ts'
import type { Faults } from '../../kernel/faults.ts'
import type { StoredEvent } from '../../store/records/feed.ts'
import type { StoreTransaction } from '../../store/store.ts'
import { alreadyConsumed, type Claim } from './claim.ts'
import type { EventHandler } from './subscription.ts'

/** An event and what handles it. */
export interface HandlerTask {
  readonly event: StoredEvent
  readonly handler: EventHandler
}

/** How the handlers of a claim are run. */
export interface HandlerRun<T extends HandlerTask> {
  readonly claim: Claim
  /** Records the consumption within the handler's transaction; returns false when the event is consumed already. */
  readonly record: (tx: StoreTransaction, task: T) => Promise<boolean>
  readonly faults: Faults
  readonly points: HandlerPoints
}

/** Names of the fault points around a handler. */
export interface HandlerPoints {
  readonly before: string
  readonly after: string
}

/** Returns the names of the fault points of a consumer. */
export function handlerPoints(service: string, consumer: string): HandlerPoints {
  const prefix = `consumer.${service}.${consumer}`
  return { before: `${prefix}.before-handler`, after: `${prefix}.after-handler` }
}

/**
 * Runs a handler once. Resolves to undefined when the event is done: consumed by this attempt, by an earlier one, or returned from without
 * a transaction. Otherwise resolves to the error.
 */
export async function runHandler<T extends HandlerTask>(run: HandlerRun<T>, task: T): Promise<BanyanError | undefined> {
  let done = false
  try {
    run.faults.at(run.points.before)
    await task.handler(task.event, async (tx) => {
      if (await run.record(tx, task)) return
      done = true
      throw alreadyConsumed(run.claim, task.event.position)
    })
    run.faults.at(run.points.after)
    return undefined
  } catch (thrown) {
    return done ? undefined : toBanyanError(thrown)
  }
}
