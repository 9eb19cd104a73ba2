import type { Runtime } from '../kernel/runtime.ts'
import type { EngineOffer } from './definition.ts'
import type { SchemaStep } from './migration.ts'
import type { Store } from './store.ts'

/** What an adapter needs to open one service's store. */
export interface OpenStore {
  /** Name of the service: file, schema or database. */
  readonly service: string
  /** Of the variant that {@link StoreFactory.offer} let be picked. */
  readonly migrations: readonly SchemaStep[]
  readonly runtime: Runtime
}

/** Opens stores; one per adapter and configuration, e.g. `sqliteStores({ directory: 'data' })`. */
export interface StoreFactory<D = unknown> {
  /** Says what it can keep a service in, before anything is opened. */
  offer(service: string): EngineOffer

  /**
   * Brings the stores of all services up to date before any is opened, all or none: each is checked before the first is changed. Throws what
   * {@link open} throws, with the service's and the migration's name; then the release that ran before still starts. Absent where stores outlive
   * no release. `ready` is called once, when all migrations have succeeded and nothing is committed, also when nothing is due: what it throws rolls all
   * back. Default: nothing is waited for.
   */
  upgrade?(stores: readonly OpenStore[], ready?: () => Promise<void>): Promise<void>
  /** Opens a store and brings its schema up to date. Throws `misuse` or `unavailable` with what to do (S10). */
  open(options: OpenStore): Promise<Store<D>>
}
