import { servicePrincipal } from '../../contract/access.ts'
import { deadlineAfter } from '../../kernel/deadline.ts'
import { newTrace } from '../../telemetry/trace-context.ts'
import { handlerContext } from './handler-context.ts'
import type { ServiceContext } from '../define/service-parts.ts'
import type { ServiceRuntime } from './service-runtime.ts'

/** Time that a seed, a health check or a raw route may take in one go. */
const TIMEOUT_MS = 60_000

/** Returns a context for code of a service that no request, event or timer caused. */
export function standaloneContext(service: ServiceRuntime): ServiceContext {
  const { clock, ids } = service.runtime
  const id = ids.uuid()
  return handlerContext(service, {
    scope: {
      principal: servicePrincipal(service.name),
      deadline: deadlineAfter(clock, TIMEOUT_MS),
      trace: newTrace(ids),
      correlationId: id,
      causationId: id,
    },
  })
}
