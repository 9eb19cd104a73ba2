import { BanyanError } from '../kernel/error.ts'
import type { HostedService } from '../service/hosted/hosted-service.ts'
import type { LogReaders } from './log-readers.ts'
import type { Actor, ServiceAdmin } from './platform-admin.ts'

/** Events of one flow shown at most of one service. */
const FLOW_EVENTS_MAX = 1_000

/** Builds the operations for people on one hosted service. */
export function serviceAdmin(service: HostedService, readers: LogReaders): ServiceAdmin {
  const { sagas, consumers, projections, store } = service
  return {
    service: service.name,
    sagas: (filter) => sagas.admin.list(filter),
    sagaCounts: () => sagas.admin.counts(),
    saga: (id) => sagas.admin.show(id),
    retrySaga: (id, by) => sagas.admin.retry(id, checkedActor(by)),
    skipSagaStep: (id, step, by, settlement) => sagas.admin.skip(id, step, checkedActor(by), settlement),
    rollbackSaga: (id, by) => sagas.admin.rollback(id, checkedActor(by)),
    parked: (filter) => store.readApart((tx) => tx.consumption.parked({ ...filter, brief: true })),
    redrive: (consumer, source, key, by) => consumers.redrive(consumer, source, key, checkedActor(by)),
    skipParked: (consumer, source, position, by) => consumers.skip(consumer, source, position, checkedActor(by)),
    lag: async () => [...(await consumers.lag()), ...(await projections.lag())],
    readers: () => readers.elsewhere(service),
    forgetReader: async (reader, consumer, by) => readers.forget(service, { reader, consumer }, checkedActor(by)),
    flow: (correlationId) => store.readApart((tx) => tx.log.ofFlow(correlationId, FLOW_EVENTS_MAX)),
    projections: async () => (await projections.status()).map((status) => ({ service: service.name, ...status })),
    rebuild: (projection, by) => rebuild(service, projection, checkedActor(by)),
    audit: (limit) => store.readApart((tx) => tx.audit.list(limit)),
  }
}

async function rebuild({ name, store, projections, runtime }: HostedService, projection: string, by: Actor): Promise<void> {
  if (!projections.has(projection)) throw new BanyanError('not_found', `${name} has no projection "${projection}"`)
  await store.transaction((tx) => tx.audit.append({ at: runtime.clock.now(), action: 'projection.rebuild', subject: projection, ...by }))
  await projections.rebuild(projection)
}

/** Nothing is changed by hand without a name and a reason in the trail. */
function checkedActor(by: Actor): Actor {
  if (by.actor === '' || by.reason.trim() === '') throw new BanyanError('invalid_argument', 'a change by hand needs an actor and a reason')
  return by
}
