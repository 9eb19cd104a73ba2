import { auditOfCall } from '../../contract/audit.ts'
import type { LocalService } from '../../call/local-transport.ts'
import { BanyanError } from '../../kernel/error.ts'
import type { Service } from '../define/service-parts.ts'
import type { ServiceRuntime } from '../handler/service-runtime.ts'
import { auditRunners } from '../operation/audit-runner.ts'
import { type OperationRunner, operationRunner } from '../operation/operation-runner.ts'
import type { HistoryGuard } from './history-guard.ts'
import type { OpenCalls } from './open-calls.ts'

/** What every call has to pass. */
interface Entrance {
  readonly guard: HistoryGuard
  readonly calls: OpenCalls
}

/**
 * Builds what answers the calls of a service, each by the runner of its operation or audit query. Audits only look: they may see data that are an
 * older copy, and no drain waits for them, because the answer of one may take a minute and keeps nobody's work.
 */
export function serviceInvoker(service: Service, runtime: ServiceRuntime, { guard, calls }: Entrance): LocalService['invoke'] {
  const { name, definition, parts } = service
  const audits = auditRunners(service, runtime)
  const runners = new Map<string, OperationRunner>()
  for (const handler of parts.operations) {
    const operation = definition.contract.operations[handler.name]
    if (operation) runners.set(handler.name, operationRunner(runtime, operation, handler))
  }
  return async (request) => {
    const audit = auditOfCall(request.operation)
    if (audit !== undefined) {
      const ask = audits.get(audit)
      if (!ask) throw new BanyanError('not_found', `service ${name} has no audit query "${audit}"`)
      return ask(request)
    }
    const runner = runners.get(request.operation)
    if (!runner) throw new BanyanError('not_found', `service ${name} has no operation "${request.operation}"`)
    guard.assertCurrent()
    calls.begin()
    try {
      return await runner.run(request)
    } finally {
      calls.end()
    }
  }
}
