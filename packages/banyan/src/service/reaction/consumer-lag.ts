import { toBanyanError } from '../../kernel/error.ts'
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

/** How far consumers are behind their sources. One whose source cannot be reached is left out: nobody knows where that log ends. */
export async function lagsOf(
  service: Pick<ServiceBase, 'name' | 'store'>,
  consumers: readonly Consumer[],
): Promise<readonly ConsumerLag[]> {
  const lags = await Promise.all(consumers.map((consumer) => lagOf(service, consumer)))
  return lags.filter((lag) => lag !== undefined)
}

function noneIfUnreachable(thrown: unknown): undefined {
  if (toBanyanError(thrown).code !== 'unavailable') throw thrown
}

/** How far a consumer is behind its source, and how many of its events are parked. */
async function lagOf({ name, store }: Pick<ServiceBase, 'name' | 'store'>, consumer: Consumer): Promise<ConsumerLag | undefined> {
  const progress = await consumer.progress().catch(noneIfUnreachable)
  if (!progress) return undefined
  const { position, head } = progress
  const counted = await store.read((tx) => tx.consumption.parkedCount(consumer.consumer, consumer.source, PARKED_COUNT_MAX + 1))
  const parked = { parked: Math.min(counted, PARKED_COUNT_MAX), parkedMore: counted > PARKED_COUNT_MAX }
  return { service: name, consumer: consumer.consumer, source: consumer.source, position, head, ...parked }
}
