import { type Consumer, createConsumer, createParkedAdmin, type EventHandler, type ParkedAction } from '../../events/index.ts'
import { misuse } from '../../kernel/error.ts'
import type { Feed } from '../../store/records/feed.ts'
import { consumerGroups } from '../define/consumer-groups.ts'
import type { EventSubscription } from '../define/define.ts'
import { type ConsumerLag, lagsOf } from './consumer-lag.ts'
import { eventHandler } from './event-handlers.ts'
import type { Service } from '../define/service-parts.ts'
import type { ServiceRuntime } from '../handler/service-runtime.ts'

/** The consumers of a service's subscriptions: one per consumer name and source. */
export interface ServiceConsumers {
  start(feedOf: (service: string) => Feed | undefined, instance: string): Promise<void>
  /** Stops reading and waits for handlers under way. */
  stop(): Promise<void>
  /** The consumers that were started. */
  running(): readonly Consumer[]
  lag(): Promise<readonly ConsumerLag[]>
  redrive(consumer: string, source: string, key: string, by: ParkedAction): Promise<void>
  skip(consumer: string, source: string, position: number, by: ParkedAction): Promise<void>
}

/** Builds the consumers of a service; nothing is read before `start`. `others` are consumers whose parked events are administered here too. */
export function createConsumers(shared: ServiceRuntime, service: Service, others: () => readonly Consumer[]): ServiceConsumers {
  const { store, runtime, name } = shared
  const running: Consumer[] = []
  const parked = createParkedAdmin({ store, runtime, consumers: () => [...running, ...others()] })
  return {
    async start(feedOf, instance) {
      for (const group of consumerGroups(service)) {
        const feed = feedOf(group.source) ?? misuse(`service ${name} listens to "${group.source}", which does not run here`)
        const subscription = {
          consumer: group.consumer,
          source: group.source,
          from: group.from,
          feed,
          handlers: handlersOf(shared, group.subscriptions),
        }
        running.push(
          createConsumer({
            service: name,
            store,
            runtime,
            instance,
            subscription,
            sourceIsOlder: (error) => shared.sourceIsOlder(group.source, error),
          }),
        )
      }
      await Promise.all(running.map((consumer) => consumer.start()))
    },
    async stop() {
      await Promise.all(running.map((consumer) => consumer.stop()))
    },
    running: () => running,
    lag: () => lagsOf(shared, running),
    async redrive(consumer, source, key, by) {
      await parked.redrive({ consumer, source, key }, by)
    },
    async skip(consumer, source, position, by) {
      await parked.skip({ consumer, source, position }, by)
    },
  }
}

function handlersOf(shared: ServiceRuntime, subscriptions: readonly EventSubscription[]): ReadonlyMap<string, EventHandler> {
  return new Map(subscriptions.map((subscription) => [subscription.type, eventHandler(shared, subscription)]))
}
