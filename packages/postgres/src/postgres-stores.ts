import type { OpenStore, Store, StoreFactory, Sql } from 'banyan/store'
import { connectionTarget, type ConnectionTarget } from './connection-target.ts'
import { poolSettings } from './pool-settings.ts'
import { PostgresServer } from './postgres-server.ts'
import { PostgresStore } from './postgres-store.ts'
import { type Durability, upgradeSchemas } from './upgrade.ts'

/** Where services keep their data. */
export interface PostgresStoresOptions {
  /** `postgres://user:password@host:5432/database`. Its password appears in no message. */
  readonly url: string
  /** URLs of services that have a server or database of their own. */
  readonly urls?: Readonly<Record<string, string>>
  /** Put before a service's name to make the name of its schema; for tests that share a server. Empty by default. */
  readonly schemaPrefix?: string
  /**
   * Most connections for the transactions and reads of one service; default {@link POOL_MAX}. One more gives events their positions. All services
   * of a process share what the server gives, which may be less.
   */
  readonly poolMax?: number
  /**
   * How many groups of transactions of one service run side by side; default {@link WRITERS}. More can help where the server is far away
   * and transactions seldom meet.
   */
  readonly writers?: number
  /** Longest time one statement may take on the server, in milliseconds; default {@link STATEMENT_TIMEOUT_MS}. */
  readonly statementTimeoutMs?: number
  /** Accepts a server that loses commits in a crash; only for tests. */
  readonly allowUnsafe?: boolean
}

/** Random bytes in the name of a process: enough to tell those of a server apart. */
const PROCESS_BYTES = 3
/** A service's statements take milliseconds; one of ten seconds is a mistake, and holds a connection and locks. */
export const STATEMENT_TIMEOUT_MS = 10_000

/**
 * Keeps each service's data in a schema of its own in PostgreSQL. Commits survive a power cut; several processes may share a service.
 *
 * @example `startPlatform(shop, { …, stores: postgresStores({ url: 'postgres://banyan:secret@localhost:5432/shop' }) })`
 */
export function postgresStores(options: PostgresStoresOptions): StoreFactory<Sql> {
  const { poolMax, writers } = poolSettings(options)
  const servers = new Servers(poolMax)
  const checks = { allowUnsafe: options.allowUnsafe ?? false, known: new Set<string>() }
  let process: string | undefined
  const targetOf = ({ service, runtime }: OpenStore): ConnectionTarget =>
    connectionTarget({
      url: options.urls?.[service] ?? options.url,
      schema: `${options.schemaPrefix ?? ''}${service}`,
      process: (process ??= runtime.ids.hex(PROCESS_BYTES)),
      statementTimeoutMs: options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS,
    })
  const upgrade = (stores: readonly OpenStore[], ready?: () => Promise<void>): Promise<readonly Durability[]> =>
    upgradeSchemas(
      stores.map((store) => ({ store, target: targetOf(store) })),
      { ...checks, serverOf: (target) => servers.of(target) },
      ready,
    )
  return {
    offer: () => ({ adapter: 'postgres', engines: ['sql'] }),
    upgrade: async (stores, ready) => void (await upgrade(stores, ready)),
    async open(store: OpenStore): Promise<Store<Sql>> {
      const { service, runtime } = store
      const statementTimeoutMs = options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS
      const target = targetOf(store)
      const [durability = 'process'] = await upgrade([store])
      const opened = new PostgresStore({
        service,
        target,
        runtime,
        poolMax,
        writers,
        statementTimeoutMs,
        durability,
        server: servers.of(target),
      })
      await opened.recognise().catch((error: unknown) => opened.close().then(() => Promise.reject(error)))
      return opened
    },
  }
}

/** The servers that this process uses, whatever the database. */
class Servers {
  readonly #poolMax: number
  readonly #byAddress = new Map<string, PostgresServer>()

  constructor(poolMax: number) {
    this.#poolMax = poolMax
  }

  of({ url }: ConnectionTarget): PostgresServer {
    const { host, searchParams } = new URL(url)
    const address = host || (searchParams.get('host') ?? '')
    const known = this.#byAddress.get(address) ?? new PostgresServer(this.#poolMax)
    this.#byAddress.set(address, known)
    return known
  }
}
