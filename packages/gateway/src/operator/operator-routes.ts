import type { Input } from 'banyan/contract'
import { inputCheck, schemaCheck } from 'banyan/contract'
import type { Actor, PlatformAdmin, ServiceAdmin } from 'banyan/host'
import { BanyanError } from 'banyan/kernel'
import type { GatewayContext } from '../routing/gateway-context.ts'
import type { GatewayMeters } from '../http/gateway-meters.ts'
import type { GatewayRoute } from '../routing/gateway-route.ts'
import type { JsonObject } from '../request/json-body.ts'
import { operationRoute } from '../routing/operation-route.ts'
import type { OperatorContract } from './operator-contract.ts'
import { withShownTimes } from './shown-times.ts'
import { parkedPage, parsed, ROWS_DEFAULT, sagaPage, sagaRow, serviceOf, servicesOf, stepRow } from './operator-pages.ts'

type Contract = OperatorContract
type Handlers = {
  readonly [K in keyof Contract['operations']]: (input: Input<Contract['operations'][K]>, actor: string) => Promise<object>
}

/** Where the administration of a service ends a list. */
const ROWS_MAX = 1_000
const DONE = { ok: true }

/** Compiles the routes of the operations API over the host's administration. */
export function operatorRoutes(gateway: GatewayContext, contract: Contract, meters: GatewayMeters): GatewayRoute[] {
  const handlers = operatorHandlers(gateway.host.admin)
  return Object.entries(contract.operations).map(([name, operation]) => {
    const id = `${contract.name}.${name}`
    const handler = handlers[name as keyof Handlers] as (input: JsonObject, actor: string) => Promise<object>
    return operationRoute(gateway, {
      id,
      operation,
      meter: meters.route(id, operation.route.method),
      service: undefined,
      async run(input, { principal }) {
        const output = await handler(inputCheck(operation.input).parse(input, id) as JsonObject, principal.subject)
        return { output: schemaCheck(operation.output).own(output, `the answer of ${id}`) }
      },
    })
  })
}

function operatorHandlers(admin: PlatformAdmin): Handlers {
  const one = (name: string): ServiceAdmin => serviceOf(admin, name)
  const by = (actor: string, { reason }: { reason: string }): Actor => ({ actor, reason })
  return {
    sagas: (input) => sagaPage(admin, input),
    sagaCounts: () => rows(admin, (each) => each.sagaCounts()),
    async saga({ service, id }) {
      const detail = await one(service).saga(id)
      if (!detail) throw new BanyanError('not_found', `${service} has no saga "${id}"`)
      return { saga: { service, ...sagaRow(detail.saga) }, steps: detail.steps.map(stepRow) }
    },
    retrySaga: (input, actor) => done(one(input.service).retrySaga(input.id, by(actor, input))),
    skipSagaStep: ({ service, id, step, output, reason }, actor) =>
      done(one(service).skipSagaStep(id, step, { actor, reason }, output === undefined ? {} : { output })),
    rollbackSaga: (input, actor) => done(one(input.service).rollbackSaga(input.id, by(actor, input))),
    parked: (input) => parkedPage(admin, input),
    redrive: (input, actor) => done(one(input.service).redrive(input.consumer, input.source, input.key, by(actor, input))),
    skipParked: (input, actor) => done(one(input.service).skipParked(input.consumer, input.source, input.position, by(actor, input))),
    async flow({ correlationId }) {
      const flows = await Promise.all(admin.services.map(async (each) => ({ source: each.service, ...(await each.flow(correlationId)) })))
      const found = flows.flatMap(({ source, events }) => events.map((event) => ({ source, ...event, data: parsed(event.data) })))
      return {
        items: found.toSorted((first, second) => first.time - second.time || first.position - second.position).map(withShownTimes),
        more: flows.some(({ more }) => more),
      }
    },
    lag: () => rows(admin, (each) => each.lag()),
    readers: () => rows(admin, (each) => each.readers()),
    forgetReader: (input, actor) => done(one(input.service).forgetReader(input.reader, input.consumer, by(actor, input))),
    projections: () => rows(admin, (each) => each.projections()),
    rebuild: (input, actor) => done(one(input.service).rebuild(input.projection, by(actor, input))),
    async trail({ service, limit = ROWS_DEFAULT }) {
      const found = await rowsOf(servicesOf(admin, service), async (each) =>
        (await each.audit(Math.min(limit + 1, ROWS_MAX))).map((entry) => ({ service: each.service, ...entry })),
      )
      const newest = found.toSorted((first, second) => second.at - first.at)
      return { items: newest.slice(0, limit).map(withShownTimes), more: newest.length > limit || newest.length >= ROWS_MAX }
    },
    violations: async () => ({ defined: admin.hasInvariants, items: await admin.violations() }),
  }
}

async function rows(admin: PlatformAdmin, read: (each: ServiceAdmin) => Promise<readonly object[]>): Promise<{ items: object[] }> {
  return {
    items: await rowsOf(admin.services, async (each) =>
      (await read(each)).map((row) => ({ service: each.service, ...withShownTimes(row) })),
    ),
  }
}

async function rowsOf<T>(services: readonly ServiceAdmin[], read: (each: ServiceAdmin) => Promise<readonly T[]>): Promise<T[]> {
  return (await Promise.all(services.map(read))).flat()
}

async function done(work: Promise<void>): Promise<object> {
  await work
  return DONE
}
