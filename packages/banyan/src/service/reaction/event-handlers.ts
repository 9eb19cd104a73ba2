import type { Scope } from '../../call/scope.ts'
import { uncaught } from '../../call/uncaught.ts'
import { servicePrincipal } from '../../contract/access.ts'
import { receivedEvent } from '../../events/reading/received-event.ts'
import type { Consume, EventHandler } from '../../events/reading/subscription.ts'
import { deadlineAfter, within } from '../../kernel/deadline.ts'
import { toBanyanError } from '../../kernel/error.ts'
import type { StoredEvent } from '../../store/records/feed.ts'
import { parseTraceparent } from '../../telemetry/trace-context.ts'
import type { EventSubscription } from '../define/define.ts'
import { eventDataReader } from './event-data.ts'
import { handlerContext } from '../handler/handler-context.ts'
import { sourceOf } from '../define/event-source.ts'
import type { ServiceRuntime } from '../handler/service-runtime.ts'
import type { Work } from '../handler/work.ts'

/** Time one attempt of an event's handler may take: room for a call with retries, and short enough that its key does not wait for minutes. */
export const EVENT_HANDLER_TIMEOUT_MS = 30_000

/** Turns an author's subscription into the handler that a consumer runs. */
export function eventHandler(service: ServiceRuntime, subscription: EventSubscription): EventHandler {
  const source = sourceOf(service.definition, subscription.type)
  const dataOf = eventDataReader(service.definition) as (stored: StoredEvent) => never
  const label = `${service.name} on ${subscription.type}`
  const { when } = subscription
  async function handle(stored: StoredEvent, consume: Consume): Promise<void> {
    const scope = eventScope(service, stored)
    const span = service.tracing.startSpan(label, 'consumer', scope.trace)
    const work: Work = { scope: { ...scope, trace: span.trace }, before: consume }
    try {
      const event = receivedEvent(stored, source.name, dataOf(stored))
      if (when?.(event.data) === false) return // a parked one, from before there was a condition
      await within(
        service.runtime.clock,
        scope.deadline,
        label,
        Promise.resolve(subscription.handler(event, handlerContext(service, work))),
      )
    } catch (thrown) {
      span.fail(thrown)
      throw uncaught(label, toBanyanError(thrown))
    } finally {
      span.end()
    }
  }
  return when === undefined ? handle : Object.assign(handle, { wants: (stored: StoredEvent) => wants(() => when(dataOf(stored))) })
}

/** An event that cannot be judged is wanted: its handler then fails on it, which is reported and parks it. */
function wants(judge: () => boolean): boolean {
  try {
    return judge()
  } catch {
    return true
  }
}

function eventScope(service: ServiceRuntime, event: StoredEvent): Scope {
  return {
    principal: servicePrincipal(service.name),
    deadline: deadlineAfter(service.runtime.clock, EVENT_HANDLER_TIMEOUT_MS),
    trace: parseTraceparent(event.traceparent) ?? { traceId: service.runtime.ids.hex(16), spanId: service.runtime.ids.hex(8), flags: 2 },
    correlationId: event.correlationId,
    causationId: event.id,
  }
}
