import type { Runtime } from '../../kernel/runtime.ts'
import type { StoreFactory } from '../factory.ts'
import type { SchemaStep } from '../migration.ts'
import type { Store } from '../store.ts'
import type { TestVariant } from './test-state.testsuite.ts'
import { knowState, testVariant, type TestStores } from './test-variants.testsuite.ts'

/** Which store is opened. */
export interface OpenTestStore {
  readonly service: string
  readonly runtime: Runtime
  /** Default: those of the state. */
  readonly migrations?: readonly SchemaStep[] | undefined
}

/** Opens a store with the suites' state, which `stateOf()` then knows in each of its transactions and snapshots. */
export async function openTestStore(stores: TestStores, { service, runtime, migrations }: OpenTestStore): Promise<Store> {
  const variant = testVariant(stores)
  return withState(await stores.factory.open({ service, runtime, migrations: migrations ?? variant.migrations }), variant)
}

function withState(store: Store, variant: TestVariant): Store {
  const known =
    <Tx extends { readonly database: unknown }, T>(body: (tx: Tx) => Promise<T>) =>
    (tx: Tx): Promise<T> => {
      knowState(tx.database, variant)
      return body(tx)
    }
  return {
    features: store.features,
    feed: store.feed,
    transaction: (body, options) => store.transaction(known(body), options),
    read: (body) => store.read(known(body)),
    readApart: (body, options) => store.readApart(known(body), options),
    ping: () => store.ping(),
    ...(store.hindrance ? { hindrance: () => store.hindrance?.() } : {}),
    ...(store.eventsWaitMs ? { eventsWaitMs: () => store.eventsWaitMs?.() as number } : {}),
    close: () => store.close(),
  }
}

/** How a child process opens the same stores as its parent. */
export interface ChildPlace {
  /** Address of a module. */
  readonly module: string
  /** Name of its export that makes a factory of {@link argument}. */
  readonly export: string
  readonly argument: unknown
  /** Name of its export that is the suites' state, where the toolkit has none for the engine. */
  readonly state?: string
}

/** Builds the stores of a place in a child of it. */
export async function childStores(child: ChildPlace): Promise<TestStores> {
  const adapter = (await import(child.module)) as Record<string, unknown>
  const factory = (adapter[child.export] as (argument: unknown) => StoreFactory)(child.argument)
  return { factory, state: child.state === undefined ? undefined : (adapter[child.state] as TestVariant) }
}
