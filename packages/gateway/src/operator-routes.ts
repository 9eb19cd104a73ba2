import type { Input } from 'banyan/contract'
import { inputCheck } from 'banyan/contract'
import type { Actor, PlatformAdmin, SagaDetail, ServiceAdmin } from 'banyan/host'
import { BanyanError } from 'banyan/kernel'
import type { Edge } from './edge.ts'
import type { EdgeMeters } from './edge-meters.ts'
import type { EdgeRoute } from './edge-route.ts'
import type { JsonObject } from './json-body.ts'
import { operationRoute } from './operation-route.ts'
import type { OperatorContract } from './operator-contract.ts'

type Contract = OperatorContract
type Handlers = {
  readonly [K in keyof Contract['operations']]: (input: Input<Contract['operations'][K]>, actor: string) => Promise<object>
}

/** Rows of one answer where the caller does not say how many. */
const ROWS_DEFAULT = 100
const DONE = { ok: true }

/** Compiles the routes of the operations API over the host's administration. */
export function operatorRoutes(edge: Edge, contract: Contract, meters: EdgeMeters): EdgeRoute[] {
  const handlers = operatorHandlers(edge.host.admin)
  return Object.entries(contract.operations).map(([name, operation]) => {
    const id = `${contract.name}.${name}`
    const handler = handlers[name as keyof Handlers] as (input: JsonObject, actor: string) => Promise<object>
    return operationRoute(edge, {
      id,
      operation,
      meter: meters.route(id, operation.route.method),
      service: undefined,
      async run(input, { principal }) {
        inputCheck(operation.input).parse(input, id)
        return { output: await handler(input, principal.subject) }
      },
    })
  })
}

function operatorHandlers(admin: PlatformAdmin): Handlers {
  const one = (name: string): ServiceAdmin => serviceOf(admin, name)
  const by = (actor: string, { reason }: { reason: string }): Actor => ({ actor, reason })
  return {
    async sagas({ service, limit = ROWS_DEFAULT, ...filter }) {
      return rows(admin, service, async (each) => (await each.sagas({ ...filter, limit })).map(sagaRow), limit)
    },
    sagaCounts: () => rows(admin, undefined, (each) => each.sagaCounts()),
    async saga({ service, id }) {
      const detail = await one(service).saga(id)
      if (!detail) throw new BanyanError('not_found', `${service} has no saga "${id}"`)
      return { saga: { service, ...sagaRow(detail.saga) }, steps: detail.steps.map(stepRow) }
    },
    retrySaga: (input, actor) => done(one(input.service).retrySaga(input.id, by(actor, input))),
    skipSagaStep: (input, actor) => done(one(input.service).skipSagaStep(input.id, input.step, by(actor, input))),
    rollbackSaga: (input, actor) => done(one(input.service).rollbackSaga(input.id, by(actor, input))),
    async parked({ service, limit = ROWS_DEFAULT, ...filter }) {
      return rows(admin, service, (each) => each.parked({ ...filter, limit }), limit)
    },
    redrive: (input, actor) => done(one(input.service).redrive(input.consumer, input.source, input.key, by(actor, input))),
    skipParked: (input, actor) => done(one(input.service).skipParked(input.consumer, input.source, input.position, by(actor, input))),
    async flow({ correlationId }) {
      const found = await rowsOf(admin.services, async (each) =>
        (await each.flow(correlationId)).map((event) => ({ source: each.service, ...event, data: parsed(event.data) })),
      )
      return { items: found.toSorted((first, second) => first.time - second.time || first.position - second.position) }
    },
    lag: () => rows(admin, undefined, (each) => each.lag()),
    rebuild: (input, actor) => done(one(input.service).rebuild(input.projection, by(actor, input))),
    trail: ({ service, limit = ROWS_DEFAULT }) => rows(admin, service, (each) => each.audit(limit), limit),
    violations: async () => ({ items: await admin.violations() }),
  }
}

function serviceOf(admin: PlatformAdmin, name: string): ServiceAdmin {
  const found = admin.services.find(({ service }) => service === name)
  if (!found)
    throw new BanyanError(
      'not_found',
      `no service "${name}" runs here; there are ${admin.services.map(({ service }) => service).join(', ')}`,
    )
  return found
}

async function rows(
  admin: PlatformAdmin,
  service: string | undefined,
  read: (each: ServiceAdmin) => Promise<readonly object[]>,
  limit = Infinity,
): Promise<{ items: object[] }> {
  const services = service === undefined ? admin.services : [serviceOf(admin, service)]
  const items = await rowsOf(services, async (each) => (await read(each)).map((row) => ({ service: each.service, ...row })))
  return { items: items.slice(0, limit) }
}

async function rowsOf<T>(services: readonly ServiceAdmin[], read: (each: ServiceAdmin) => Promise<readonly T[]>): Promise<T[]> {
  return (await Promise.all(services.map(read))).flat()
}

async function done(work: Promise<void>): Promise<object> {
  await work
  return DONE
}

/** Shows what the journal holds as JSON text as what it means. */
function sagaRow({ input, output, failure, ...rest }: SagaDetail['saga']): object {
  return { ...rest, input: parsed(input), output: parsed(output), failure: parsed(failure) }
}

function stepRow({ output, error, ...rest }: SagaDetail['steps'][number]): object {
  return { ...rest, output: parsed(output), error: parsed(error) }
}

function parsed(text: string | null): unknown {
  if (text === null) return null
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
