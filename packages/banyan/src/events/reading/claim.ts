import { BanyanError } from '../../kernel/error.ts'
import type { EventMark } from '../../store/records/feed.ts'
import type { AttemptRecord, CursorRecord, ReadMark } from '../../store/records/consumption-records.ts'
import type { Store } from '../../store/store.ts'
import type { Subscription } from './subscription.ts'
import { STARTS } from './counters.ts'

/** Keys in memory, about a megabyte. A consumer with more has lost whole services behind it; then each event pays for a look at the store. */
export const PARKED_KEYS_MAX = 10_000

/** The right to consume a source, valid until another instance takes the consumer over (P14), and what was found on taking it. */
export interface Claim {
  readonly consumer: string
  readonly source: string
  readonly epoch: number
  /** Everything up to here was consumed. */
  readonly position: number
  /** The newest event that was read, as far as it is known. */
  readonly read: ReadMark
  /** Positions above it that were consumed as well. */
  readonly recorded: ReadonlySet<number>
  /** Keys with parked events; of very many only some. */
  readonly parkedKeys: readonly string[]
  /** How many times in a row, this one included, the consumer started without having stopped cleanly before; 1 is normal. */
  readonly startsSinceStop: number
  /** What was counted of events that were not done when it ended: failures and ends of the process, by the numbers of `counters.ts`. */
  readonly attempts: ReadonlyMap<number, AttemptRecord>
}

/** Counts read at a start at most: only events that failed or ended the process have any. */
const ATTEMPTS_MAX = 1_000

/** Takes a consumer over: from now on attempts of its earlier epochs cannot commit. */
export async function takeClaim(store: Store, subscription: Subscription): Promise<Claim> {
  const { consumer, source, feed, from } = subscription
  const isNew = from === 'now' && !(await findCursor(store, subscription))
  const start = isNew ? await feed.head() : 0
  const { value } = await store.transaction(async ({ consumption }) => {
    const cursor = await consumption.takeOver(consumer, source, start)
    const read = (await consumption.lastRead(consumer, source)) ?? { position: cursor.position, id: undefined }
    return {
      consumer,
      source,
      epoch: cursor.epoch,
      position: cursor.position,
      read,
      recorded: new Set(await consumption.recorded(consumer, source)),
      parkedKeys: await consumption.parkedKeys(consumer, source, PARKED_KEYS_MAX + 1),
      attempts: new Map((await consumption.attempts(consumer, source, ATTEMPTS_MAX)).map((each) => [each.position, each])),
      startsSinceStop: await consumption.countAttempt(consumer, source, STARTS),
    }
  })
  return value
}

/** Notes which event it was that a claim found without its id: that of a new consumer, or in data that an earlier release wrote. */
export async function noteRead(store: Store, { consumer, source, epoch }: Claim, event: EventMark): Promise<void> {
  await store.transaction(({ consumption }) => consumption.advance(consumer, source, 0, epoch, event))
}

/** Notes that the consumer stopped cleanly: nothing was under way. */
export async function releaseClaim(
  store: Store,
  { consumer, source, epoch }: Claim,
  position: number,
  newest: EventMark | undefined,
): Promise<void> {
  await store.transaction(async ({ consumption }) => {
    await consumption.advance(consumer, source, position, epoch, newest)
    await consumption.clearAttempts(consumer, source, STARTS)
  })
}

/** Notes that the consumer got over what was under way when it last ended without a clean stop. */
export async function noteRecovered(store: Store, { consumer, source }: Claim): Promise<void> {
  await store.transaction(async ({ consumption }) => {
    await consumption.clearAttempts(consumer, source, STARTS)
    await consumption.countAttempt(consumer, source, STARTS)
  })
}

/** Tells whether another instance has taken the consumer over. */
export async function isClaimLost(store: Store, claim: Claim): Promise<boolean> {
  return (await findCursor(store, claim))?.epoch !== claim.epoch
}

/** Returns a consumer's cursor; undefined when it has never run. */
export async function findCursor(
  store: Store,
  { consumer, source }: Pick<Claim, 'consumer' | 'source'>,
): Promise<CursorRecord | undefined> {
  const cursors = await store.read(({ consumption }) => consumption.cursors())
  return cursors.find((cursor) => cursor.consumer === consumer && cursor.source === source)
}

/** Thrown by `consume` so that the transaction of an event that is consumed already cannot commit. */
export function alreadyConsumed({ consumer, source }: Claim, position: number): BanyanError {
  return new BanyanError('fenced', `event ${position} of "${source}" is consumed by "${consumer}" already; this attempt must not commit`)
}
