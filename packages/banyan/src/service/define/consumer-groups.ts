import { misuse } from '../../kernel/error.ts'
import type { EventSubscription } from './define.ts'
import { sourceOf } from './event-source.ts'
import type { Service } from './service-parts.ts'

/** Subscriptions of one consumer to one source: they share its cursor. */
export interface ConsumerGroup {
  readonly consumer: string
  readonly source: string
  readonly from: 'beginning' | 'now'
  readonly subscriptions: readonly EventSubscription[]
}

/**
 * Groups a service's subscriptions: one consumer reads one source for all that share its name, so that they keep the order of that source's
 * keys. Throws `misuse` for some that begin at different places, since they share a cursor.
 */
export function consumerGroups({ definition, parts }: Pick<Service, 'definition' | 'parts'>): ConsumerGroup[] {
  const byName = new Map<string, ConsumerGroup & { readonly subscriptions: EventSubscription[] }>()
  for (const subscription of parts.on) {
    const { type, consumer, from } = subscription
    const source = sourceOf(definition, type).name
    const group = byName.get(`${consumer} ${source}`) ?? { consumer, source, from, subscriptions: [] }
    if (group.from !== from)
      misuse(
        `service ${definition.contract.name}: consumer "${consumer}" of ${source} begins both at the beginning and now (${type}); ` +
          'give one of the subscriptions a consumer of its own',
      )
    group.subscriptions.push(subscription)
    byName.set(`${consumer} ${source}`, group)
  }
  return [...byName.values()]
}
