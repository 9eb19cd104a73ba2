import { BanyanError, misuse } from '../../kernel/error.ts'
import {
  consumerName,
  createProjectionRunner,
  type ProjectionDefinition,
  type ProjectionRunner,
  type ProjectionStatus,
  type TableName,
} from '../../projection/index.ts'
import type { Feed } from '../../store/records/feed.ts'
import type { Store } from '../../store/store.ts'
import type { Consumer } from '../../events/index.ts'
import { type ConsumerLag, lagsOf } from './consumer-lag.ts'
import { eventDataReader } from './event-data.ts'
import { createReadModel, type ReadModel } from './read-model.ts'
import { sourcesOf } from '../define/event-source.ts'
import type { Service } from '../define/service-parts.ts'
import type { ServiceBase } from '../handler/service-runtime.ts'

/** The read models of one running service. */
export interface ServiceProjections {
  start(feedOf: (service: string) => Feed | undefined, instance: string): Promise<void>
  stop(): Promise<void>
  /** Names of a projection's tables in the generation that serves. */
  tables(projection: string): TableName
  /** What an operation, or when none is named any of them, reads through projections. */
  readModel(operation?: string): ReadModel
  lag(): Promise<readonly ConsumerLag[]>
  /** What each projection serves, and how far new tables are filled. */
  status(): Promise<readonly ProjectionStatus[]>
  /**
   * Says in words that the tables of a projection are being filled for its version, and throws `unavailable` instead where another instance may
   * serve meanwhile, or while they are not filled at all. A projection that does not run passes.
   */
  checkCurrent(projection: string): Promise<string | undefined>
  /** Consumers that fill the projections now. */
  consumers(): readonly Consumer[]
  /**
   * Consumers that fill tables now, with the sources that they read: those that run here, and those with which another instance on the same
   * store rebuilds a projection that this build knows too.
   */
  readers(): Promise<readonly Pick<Consumer, 'consumer' | 'source'>[]>
  /** Tells whether the service has a projection of this name. */
  has(projection: string): boolean
  /** Fills a new generation from the log while the present one serves. */
  rebuild(projection: string): Promise<void>
}

/** Builds the read models of a service; nothing is read before `start`. */
export function createServiceProjections(shared: ServiceBase, service: Service): ServiceProjections {
  const { name, store, runtime } = shared
  const runners = new Map<string, ProjectionRunner>()
  let findFeed: (source: string) => Feed | undefined = () => undefined
  const runner = (projection: string): ProjectionRunner =>
    runners.get(projection) ?? misuse(`service ${name} has no running projection "${projection}"; add it to projections`)
  return {
    async start(feedOf, instance) {
      findFeed = feedOf
      for (const projection of service.parts.projections) {
        const sources = sourcesOf(service.definition, projection).map((source) => ({
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
    readModel: (operation) =>
      createReadModel(service, { projections: projectionsOf(service, operation), runner, feedOf: (source) => findFeed(source) }),
    lag: () => lagsOf(shared, consumersOf(runners)),
    status: () => Promise.all([...runners.values()].map((one) => one.status())),
    async checkCurrent(projection) {
      const status = await runners.get(projection)?.status()
      return status && otherVersion(status, store.features.shared)
    },
    consumers: () => consumersOf(runners),
    readers: async () => [...consumersOf(runners), ...(await readersElsewhere(store, service))],
    has: (projection) => runners.has(projection),
    async rebuild(projection) {
      const rebuilding = runner(projection).rebuild()
      rebuilding.catch((error: unknown) =>
        runtime.log.error('a rebuild failed; the old tables serve on', { service: name, projection, error }),
      )
    },
  }
}

/**
 * A rebuild that somebody asked for changes nothing for readers; one for a new version does. On a shared store an instance of the version before
 * can serve until it is done. Where one process owns the store nobody else can: refusing work would keep the shop away for no gain.
 */
function otherVersion({ projection, version, definitionVersion, rebuilding }: ProjectionStatus, isShared: boolean): string | undefined {
  if (version === definitionVersion) return undefined
  const meanwhile = `tables of version ${version} serve until those of version ${definitionVersion} are filled`
  const how = rebuilding
    ? `rebuilding ${projection}: ${rebuilding.done} of ${rebuilding.of} events`
    : `${projection} is not rebuilt for now, the log says why`
  const said = `${how}; ${meanwhile}`
  if (rebuilding && !isShared) return said
  throw new BanyanError('unavailable', said, { retry: 'safe' })
}

function consumersOf(runners: ReadonlyMap<string, ProjectionRunner>): readonly Consumer[] {
  return [...runners.values()].flatMap((runner) => runner.consumers())
}

/** Consumers of generations that are being filled by whichever instance: its cursors are in the store that they share. */
async function readersElsewhere(store: Store, service: Service): Promise<readonly Pick<Consumer, 'consumer' | 'source'>[]> {
  const building = await store.read((tx) => tx.generations.listBuilding())
  return service.parts.projections.flatMap((projection) =>
    building
      .filter(({ name }) => name === projection.name)
      .flatMap((record) => sourcesOf(service.definition, projection).map((source) => ({ consumer: consumerName(record), source }))),
  )
}

function projectionsOf({ parts }: Service, operation: string | undefined): readonly ProjectionDefinition[] {
  return parts.operations.find(({ name }) => name === operation)?.reads ?? parts.projections
}
