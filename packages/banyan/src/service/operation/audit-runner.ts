import type { CallReply, ReceivedCall } from '../../call/transport.ts'
import { PLATFORM } from '../../contract/access.ts'
import { type AuditDefinition, auditCall } from '../../contract/audit.ts'
import { inputCheck, schemaCheck } from '../../contract/validator.ts'
import { remainingMs } from '../../kernel/deadline.ts'
import { BanyanError } from '../../kernel/error.ts'
import type { AuditHandler } from '../define/define.ts'
import type { Service } from '../define/service-parts.ts'
import type { ServiceBase } from '../handler/service-runtime.ts'
import { leavingError } from './leaving-error.ts'
import { operationMeter } from './operation-meter.ts'
import { reportedError } from './reported-error.ts'

/** What answers audits: a store and what turns its handle into the service's words. Nothing of the service need run. */
export type AuditedService = Pick<ServiceBase, 'name' | 'store' | 'repository' | 'runtime' | 'metrics' | 'tracing'>

/** Answers one audit query. */
export type AuditRunner = (request: ReceivedCall) => Promise<CallReply>

/** Builds what answers the audit queries of a service, by name. */
export function auditRunners({ definition, parts }: Service, audited: AuditedService): ReadonlyMap<string, AuditRunner> {
  const runners = new Map<string, AuditRunner>()
  for (const handler of parts.audits) {
    const query = definition.contract.audits[handler.name]
    if (query) runners.set(handler.name, auditRunner(audited, query, handler))
  }
  return runners
}

/**
 * Builds the runner of one audit query: it reads apart, because it may read all there is, within the deadline of its caller. Input and answer are
 * copies of what the contract declares, as those of an operation.
 */
function auditRunner(service: AuditedService, { input, output }: AuditDefinition, { name, handler }: AuditHandler): AuditRunner {
  const { store, repository, runtime, tracing, metrics } = service
  const { clock } = runtime
  const call = auditCall(name)
  const label = `${service.name}.${call}`
  const given = inputCheck(input)
  const answer = schemaCheck(output)
  const meter = operationMeter(metrics, service.name, call)
  return async ({ input, scope }) => {
    if (scope.principal.kind !== PLATFORM.kind || scope.principal.subject !== PLATFORM.subject)
      throw new BanyanError('permission_denied', `only the platform itself may ask ${label}; declare a query for others`)
    const parsed = given.parse(input, label)
    const timeoutMs = remainingMs(clock, scope.deadline)
    if (timeoutMs <= 0) throw new BanyanError('deadline_exceeded', `${label} was not begun: its deadline had passed`, { retry: 'safe' })
    const started = clock.monotonic()
    const span = tracing.startSpan(label, 'server', scope.trace)
    try {
      const found = await store.readApart(async ({ database }) => handler(parsed, repository(database)), { timeoutMs })
      const reply = { output: answer.own(found, `the answer of ${label}`) }
      meter.succeeded((clock.monotonic() - started) / 1_000)
      return reply
    } catch (thrown) {
      span.fail(thrown)
      const error = reportedError(service, label, scope, leavingError({ definition: NO_ERRORS, label }, thrown))
      meter.failed((clock.monotonic() - started) / 1_000, error.code)
      throw error
    } finally {
      span.end()
    }
  }
}

/** An audit query answers, or nothing is known. */
const NO_ERRORS = { errors: {} }
