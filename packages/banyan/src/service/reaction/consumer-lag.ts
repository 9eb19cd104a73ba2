import type { Consumer } from '../../events/index.ts'
import type { ServiceBase } from '../handler/service-runtime.ts'

/** A consumer's place in a source. */
export interface ConsumerLag {
  readonly service: string
  readonly consumer: string
  readonly source: string
  readonly position: number
  readonly head: number
  /** Events of the source that wait for a person; counted no further than {@link PARKED_COUNT_MAX}. */
  readonly parked: number
  /** True when there are more than `parked` says. */
  readonly parkedMore: boolean
}

/** Parked events counted at most for the figure of lag: some milliseconds of reading an index. */
const PARKED_COUNT_MAX = 100_000

/** How far a consumer is behind its source, and how many of its events are parked. */
export async function lagOf({ name, store }: Pick<ServiceBase, 'name' | 'store'>, consumer: Consumer): Promise<ConsumerLag> {
  const { position, head } = await consumer.progress()
  const counted = await store.read((tx) => tx.consumption.parkedCount(consumer.consumer, consumer.source, PARKED_COUNT_MAX + 1))
  const parked = { parked: Math.min(counted, PARKED_COUNT_MAX), parkedMore: counted > PARKED_COUNT_MAX }
  return { service: name, consumer: consumer.consumer, source: consumer.source, position, head, ...parked }
}
