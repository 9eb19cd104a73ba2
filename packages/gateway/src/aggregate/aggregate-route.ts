import { isUnknownWrite, type Scope } from 'banyan/call'
import { inputCheck, schemaCheck } from 'banyan/contract'
import {
  BanyanError,
  type Clock,
  type Deadline,
  deadlineAfter,
  type Logger,
  misuse,
  remainingMs,
  reworded,
  shownInLog,
  within,
  publicError,
} from 'banyan/kernel'
import { type Aggregate, type AggregateContext, type Part, PART_SHARE } from './aggregate.ts'
import { clientsOnBehalf } from './clients-on-behalf.ts'
import type { GatewayContext } from '../routing/gateway-context.ts'
import type { GatewayMeters } from '../http/gateway-meters.ts'
import type { GatewayRoute } from '../routing/gateway-route.ts'
import type { Exchange } from '../http/exchange.ts'
import type { JsonObject } from '../request/json-body.ts'
import { operationRoute } from '../routing/operation-route.ts'
import { isOwnMistake, partError } from './part-error.ts'

/** How a part went; `pending` where the whole failed before it was done. */
type SectionStatus = 'pending' | 'ok' | 'error' | 'fallback'

/** Sections of one answer under way. */
type Sections = Record<string, { status: SectionStatus; data?: unknown; error?: object }>

/** Header that tells how each part went, so that callers and proxies need not read the body. */
const STATUS_HEADER = 'x-aggregate-status'

/** Compiles the route of an aggregate. Throws `misuse` when a service it uses is not part of the platform. */
export function aggregateRoute(gateway: GatewayContext, meters: GatewayMeters, { id, operation, uses, parts }: Aggregate): GatewayRoute {
  const { clock, log } = gateway.host.runtime
  for (const { name } of uses)
    if (!gateway.host.services.some(({ contract }) => contract.name === name))
      misuse(`aggregate "${id}" uses service "${name}", which is not part of the platform; add it or leave the part out`)
  const clients = clientsOnBehalf(uses, gateway.host.transport, clock)
  const received = inputCheck(operation.input)
  const answer = schemaCheck(operation.output)
  const entries = Object.entries(parts)

  async function run(input: JsonObject, scope: Scope, exchange: Exchange): Promise<{ output: unknown }> {
    const declared = received.parse(input, id)
    const deadline = deadlineAfter(clock, remainingMs(clock, scope.deadline) * PART_SHARE)
    const call = clients({ ...scope, deadline })
    const context: AggregateContext<never, unknown> = {
      call: call as never,
      principal: scope.principal,
      input: declared,
      remainingMs: () => remainingMs(clock, deadline),
    }
    const sections: Sections = Object.fromEntries(entries.map(([name]) => [name, { status: 'pending' }]))
    try {
      await Promise.all(
        entries.map(([name, part]) => runPart({ id, name, part, context, sections, clock, deadline, log, traceId: scope.trace.traceId })),
      )
    } catch (thrown) {
      // The answer names the part and how far the others were; what the route sends afterwards is dropped.
      exchange.headers.push(STATUS_HEADER, statusText(sections))
      gateway.answers.fail(exchange, thrown, { sections: statusesOf(sections) })
      return { output: null }
    }
    exchange.headers.push(STATUS_HEADER, statusText(sections))
    return { output: answer.own({ generatedAt: new Date(clock.now()).toISOString(), sections }, `the answer of ${id}`) }
  }
  return operationRoute(gateway, { id, operation, meter: meters.route(id, operation.route.method), service: undefined, run })
}

interface RunningPart {
  readonly id: string
  readonly name: string
  readonly part: Part
  readonly context: AggregateContext<never, unknown>
  readonly sections: Sections
  readonly clock: Clock
  readonly deadline: Deadline
  readonly log: Logger
  readonly traceId: string
}

/** Fills in the part's section. Rejects only for a required part, and for a token in the request that names no write. */
async function runPart({ id, name, part, context, sections, clock, deadline, log, traceId }: RunningPart): Promise<void> {
  try {
    // In an async function also what `run` throws at once becomes a rejection.
    const data = await within(clock, deadline, `part "${name}"`, (async () => part.run(context))())
    sections[name] = { status: 'ok', data }
  } catch (thrown) {
    const error = partError(`part "${name}" of aggregate "${id}"`, thrown)
    if (isUnknownWrite(error)) throw error
    const isLoggedWithTheWhole = part.need === 'required' && isOwnMistake(error)
    if (error.status >= 500 && !isLoggedWithTheWhole)
      log.warn('a part of an aggregate failed', { aggregate: id, part: name, trace_id: traceId, error: shownInLog(error) })
    const shown = publicError(error)
    const told = { code: shown.code, message: shown.detail }
    sections[name] = part.need === 'fallback' ? { status: 'fallback', data: part.fallback, error: told } : { status: 'error', error: told }
    if (part.need === 'required') throw requiredPartFailed(name, error)
  }
}

/** A caller's own mistake stays one, and so does the aggregate's; what went wrong in a service means that the whole is not available. */
function requiredPartFailed(name: string, error: BanyanError): BanyanError {
  const { code, status } = error
  const message = `the part "${name}" failed: ${publicError(error).detail}`
  if (isOwnMistake(error)) return new BanyanError('internal', message, { cause: error })
  if (status >= 500 && code !== 'deadline_exceeded' && code !== 'overloaded')
    return new BanyanError('unavailable', message, { cause: error })
  return reworded(error, message)
}

function statusesOf(sections: Sections): Record<string, SectionStatus> {
  return Object.fromEntries(Object.entries(sections).map(([name, { status }]) => [name, status]))
}

function statusText(sections: Sections): string {
  return Object.entries(sections)
    .map(([name, { status }]) => `${name}=${status}`)
    .join(', ')
}
