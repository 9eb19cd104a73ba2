import type { ConsumerLag } from '../service/reaction/consumer-lag.ts'
import type { HostedService } from '../service/hosted/hosted-service.ts'
import type { Metrics } from '../telemetry/index.ts'
import { type Asking, perService } from './per-service.ts'

/** A service as far as its lag is asked for. */
export type LaggingService = Pick<HostedService, 'name'> & {
  readonly store: Pick<HostedService['store'], 'eventsWaitMs'>
  readonly consumers: Pick<HostedService['consumers'], 'lag'>
  readonly projections: Pick<HostedService['projections'], 'lag'>
}

/** What the figures are made with. */
export interface LagFiguresOptions extends Asking {
  readonly metrics: Metrics
  readonly services: () => Iterable<LaggingService>
}

/** Keeps how far consumers are behind ready for whoever scrapes. */
export interface LagFigures {
  /** Asks all services again; one that does not answer keeps nobody's figures from being new. */
  look(services: Iterable<LaggingService>): Promise<void>
}

const BY_CONSUMER = ['service', 'consumer', 'source']

/**
 * Declares the metrics of what is late. Events become visible to consumers once they have positions: how long they may wait for those is a metric
 * of its own, else a lag of 0 would say that all is well. Figures that cannot be read are left out; old ones would say that nothing moves.
 */
export function createLagFigures({ clock, metrics, services, failed }: LagFiguresOptions): LagFigures {
  let lags: readonly ConsumerLag[] = []
  const perConsumer = (value: (lag: ConsumerLag) => number) => () =>
    lags.map((lag) => ({ labels: [lag.service, lag.consumer, lag.source], value: value(lag) }))

  metrics.gauge(
    { name: 'banyan_consumer_lag_events', help: 'Events with positions that a consumer has not consumed yet.', labels: BY_CONSUMER },
    perConsumer((lag) => Math.max(0, lag.head - lag.position)),
  )
  metrics.gauge(
    { name: 'banyan_parked_events', help: 'Events that wait for a person.', labels: BY_CONSUMER },
    perConsumer((lag) => lag.parked),
  )
  metrics.gauge(
    { name: 'banyan_events_waiting_seconds', help: 'How long committed events may have waited for their positions.', labels: ['service'] },
    () => [...services()].map(({ name, store }) => ({ labels: [name], value: (store.eventsWaitMs?.() ?? 0) / 1_000 })),
  )
  return {
    async look(asked) {
      lags = await perService({ clock, failed }, asked, lagsOf)
    },
  }
}

async function lagsOf({ consumers, projections }: LaggingService): Promise<readonly ConsumerLag[]> {
  return (await Promise.all([consumers.lag(), projections.lag()])).flat()
}
