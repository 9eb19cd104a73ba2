import type { Scope } from '../../call/scope.ts'
import { uncaught } from '../../call/uncaught.ts'
import { servicePrincipal } from '../../contract/access.ts'
import { backoffDelayMs } from '../../kernel/backoff.ts'
import { deadlineAfter, within } from '../../kernel/deadline.ts'
import { BanyanError, shownInLog, toBanyanError } from '../../kernel/error.ts'
import type { TimerRecord } from '../../store/records/timer-records.ts'
import { newTrace } from '../../telemetry/trace-context.ts'
import type { TimerDefinition } from '../define/context.ts'
import { handlerContext } from '../handler/handler-context.ts'
import type { ServiceRuntime } from '../handler/service-runtime.ts'
import type { Work } from '../handler/work.ts'

/** Time one attempt of a timer's handler may take. */
const HANDLER_TIMEOUT_MS = 30_000
/** Delay between failed attempts. A timer is tried until it succeeds: it is durable intent. */
const BACKOFF = { firstMs: 250, maxMs: 300_000 }

/**
 * Runs a due timer's handler; the timer is removed in the handler's transaction, so its effect happens once. A failure postpones it.
 * Returns false when the store did not take that either: the timer stays due. That is logged unless `quiet`.
 * `counted`: the attempt and the pause behind it are durable before it runs, so that a handler which ends the process does not end every start.
 */
export async function fireTimer(
  service: ServiceRuntime,
  definition: TimerDefinition | undefined,
  timer: TimerRecord,
  { quiet = false, counted = false }: { readonly quiet?: boolean; readonly counted?: boolean } = {},
): Promise<boolean> {
  try {
    if (counted) await move(service, timer)
    await attempt(service, definition, timer)
  } catch (thrown) {
    const error = uncaught(`timer "${timer.name}" of ${service.name}`, toBanyanError(thrown))
    return postpone(service, timer, error).catch((refusal: unknown) => {
      const fields = { service: service.name, timer: timer.name, attempts: timer.attempts + 1, error: shownInLog(error), refusal }
      if (!quiet) service.runtime.log.error('a timer failed and could not be postponed; it stays due', fields)
      return false
    })
  }
  return true
}

async function attempt(service: ServiceRuntime, definition: TimerDefinition | undefined, timer: TimerRecord): Promise<void> {
  if (!definition) throw new BanyanError('misuse', `timer "${timer.name}" has no handler in service ${service.name}; add it to timers`)
  const work: Work = {
    scope: timerScope(service, timer),
    before: async (tx) => {
      if (!(await tx.timers.cancel(timer.id))) throw new BanyanError('fenced', `timer ${timer.id} has fired elsewhere`)
    },
  }
  const { clock, faults } = service.runtime
  faults.at(`timer.${service.name}.${timer.name}.before-handler`)
  const handled = Promise.resolve(definition.handler(JSON.parse(timer.data), handlerContext(service, work)))
  await within(clock, work.scope.deadline, `timer ${timer.name}`, handled)
  if (!work.committed) await service.store.transaction((tx) => tx.timers.cancel(timer.id))
  faults.at(`timer.${service.name}.${timer.name}.after-handler`)
}

/** Counts one more attempt and moves the timer to the moment of the next one; does nothing when it has fired elsewhere. */
async function move({ store, runtime }: ServiceRuntime, timer: TimerRecord): Promise<void> {
  const attempts = timer.attempts + 1
  const waitsSince = runtime.clock.now()
  const dueAt = waitsSince + backoffDelayMs(BACKOFF, attempts, runtime.random)
  await store.transaction(async (tx) => {
    if (await tx.timers.cancel(timer.id)) await tx.timers.schedule({ ...timer, attempts, dueAt, waitsSince })
  })
}

async function postpone(service: ServiceRuntime, timer: TimerRecord, error: BanyanError): Promise<true> {
  if (error.code === 'fenced') return true
  await move(service, timer)
  const { name, runtime } = service
  const attempts = timer.attempts + 1
  runtime.log.warn('timer failed; it will be tried again', { service: name, timer: timer.name, attempts, error: shownInLog(error) })
  return true
}

function timerScope({ name, runtime }: ServiceRuntime, timer: TimerRecord): Scope {
  return {
    principal: servicePrincipal(name),
    deadline: deadlineAfter(runtime.clock, HANDLER_TIMEOUT_MS),
    trace: newTrace(runtime.ids),
    correlationId: timer.correlationId,
    causationId: `timer:${timer.id}`,
  }
}
