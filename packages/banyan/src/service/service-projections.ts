import { type Deadline, deadlineAfter, remainingMs } from '../kernel/deadline.ts'
import { sleep } from '../kernel/clock.ts'
import { BanyanError, misuse } from '../kernel/error.ts'
import { createProjectionRunner, type ProjectionDefinition, type ProjectionRunner, type TableName } from '../projection/index.ts'
import type { Feed } from '../store/feed.ts'
import type { Consumer } from '../events/index.ts'
import { type ConsumerLag, lagOf } from './consumers.ts'
import { eventDataReader } from './event-data.ts'
import { type Service, sourceOf } from './service.ts'
import type { ServiceRuntime } from './service-runtime.ts'

/** How often a position that a shared store has not assigned yet is asked for. */
const POSITION_POLL_MS = 10

/** The read models of one running service. */
export interface ServiceProjections {
  start(feedOf: (service: string) => Feed | undefined, instance: string): Promise<void>
  stop(): Promise<void>
  /** Names of a projection's tables in the generation that serves. */
  tables(projection: string): TableName
  /** Resolves when all projections have consumed what `token` names in the service's own log. Throws `deadline_exceeded` with the lag. */
  waitForOwnWrite(token: string, timeoutMs: number): Promise<void>
  lag(): Promise<readonly ConsumerLag[]>
  /** Consumers that fill the projections now. */
  consumers(): readonly Consumer[]
  /** Tells whether the service has a projection of this name. */
  has(projection: string): boolean
  /** Fills a new generation from the log while the present one serves. */
  rebuild(projection: string): Promise<void>
}

/** Builds the read models of a service; nothing is read before `start`. */
export function createServiceProjections(shared: ServiceRuntime, service: Service): ServiceProjections {
  const { name, store, runtime } = shared
  const runners = new Map<string, ProjectionRunner>()
  const runner = (projection: string): ProjectionRunner =>
    runners.get(projection) ?? misuse(`service ${name} has no running projection "${projection}"; add it to projections`)
  return {
    async start(feedOf, instance) {
      for (const projection of service.parts.projections) {
        const sources = sourcesOf(service, projection).map((source) => ({
          source,
          feed: feedOf(source) ?? misuse(`projection ${projection.name} reads "${source}", which does not run here`),
        }))
        runners.set(
          projection.name,
          createProjectionRunner({
            service: name,
            store,
            runtime,
            instance,
            projection,
            sources,
            parse: eventDataReader(service.definition),
            sourceIsOlder: (source, error) => shared.sourceIsOlder(source, error),
          }),
        )
      }
      await Promise.all([...runners.values()].map((one) => one.start()))
    },
    async stop() {
      await Promise.all([...runners.values()].map((one) => one.stop()))
    },
    tables: (projection) => (table) => runner(projection).table(table),
    async waitForOwnWrite(token, timeoutMs) {
      const deadline = deadlineAfter(runtime.clock, timeoutMs)
      const position = await positionOf(shared, token, deadline)
      await Promise.all([...runners.values()].map((one) => one.waitFor(name, position, deadline)))
    },
    lag: () => Promise.all(consumersOf(runners).map((consumer) => lagOf(shared, consumer))),
    consumers: () => consumersOf(runners),
    has: (projection) => runners.has(projection),
    async rebuild(projection) {
      const rebuilding = runner(projection).rebuild()
      rebuilding.catch((error: unknown) =>
        runtime.log.error('a rebuild failed; the old tables serve on', { service: name, projection, error }),
      )
    },
  }
}

function consumersOf(runners: ReadonlyMap<string, ProjectionRunner>): readonly Consumer[] {
  return [...runners.values()].flatMap((runner) => runner.consumers())
}

function sourcesOf({ definition }: Service, { on }: ProjectionDefinition): string[] {
  return [...new Set(Object.keys(on).map((type) => sourceOf(definition, type).name))]
}

async function positionOf({ store, runtime }: ServiceRuntime, token: string, deadline: Deadline): Promise<number> {
  for (;;) {
    const position = await store.feed.positionOf(token)
    if (position !== undefined) return position
    if (remainingMs(runtime.clock, deadline) <= 0)
      throw new BanyanError('deadline_exceeded', `"${token}" has no position yet; it is no token of this service, or its store is behind`)
    await sleep(runtime.clock, POSITION_POLL_MS)
  }
}
