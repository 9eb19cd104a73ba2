import { misuse, type Runtime } from 'banyan/kernel'
import type { OpenStore, Store, StoreFactory } from 'banyan/store'
import { connectionTarget, type ConnectionTarget } from './connection-target.ts'
import { Notifications } from './notifications.ts'
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
  /** Most connections for the transactions and reads of one service; default {@link POOL_MAX}. One more gives events their positions. */
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

/** Seven services, nine connections each, stay below a server's usual 100. */
export const POOL_MAX = 8
/** Transactions of one group never refuse each other; see GroupWriter. */
export const WRITERS = 1
/** A service's statements take milliseconds; one of ten seconds is a mistake, and holds a connection and locks. */
export const STATEMENT_TIMEOUT_MS = 10_000

/**
 * Keeps each service's data in a schema of its own in PostgreSQL. Commits survive a power cut; several processes may share a service.
 *
 * @example `platform({ services, stores: postgresStores({ url: 'postgres://banyan:secret@localhost:5432/shop' }) })`
 */
export function postgresStores(options: PostgresStoresOptions): StoreFactory {
  const poolMax = options.poolMax ?? POOL_MAX
  const writers = options.writers ?? WRITERS
  if (!Number.isInteger(poolMax) || poolMax < 1) misuse(`poolMax is ${poolMax}; give a whole number of at least 1`)
  if (!Number.isInteger(writers) || writers < 1 || writers > poolMax)
    misuse(`writers is ${writers}; give a whole number from 1 to poolMax, ${poolMax}`)
  const notifications = new NotificationsByUrl()
  const checks = { allowUnsafe: options.allowUnsafe ?? false, known: new Set<string>() }
  const targetOf = (service: string): ConnectionTarget =>
    connectionTarget({
      url: options.urls?.[service] ?? options.url,
      schema: `${options.schemaPrefix ?? ''}${service}`,
      statementTimeoutMs: options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS,
    })
  const upgrade = (stores: readonly OpenStore[]): Promise<readonly Durability[]> =>
    upgradeSchemas(
      stores.map((store) => ({ store, target: targetOf(store.service) })),
      checks,
    )
  return {
    upgrade: async (stores) => void (await upgrade(stores)),
    async open(store: OpenStore): Promise<Store> {
      const { service, runtime } = store
      const statementTimeoutMs = options.statementTimeoutMs ?? STATEMENT_TIMEOUT_MS
      const target = targetOf(service)
      const [durability = 'process'] = await upgrade([store])
      const shared = notifications.of(target, runtime)
      const opened = new PostgresStore({
        service,
        target,
        runtime,
        poolMax,
        writers,
        statementTimeoutMs,
        durability,
        notifications: shared,
      })
      await opened.recognise().catch((error: unknown) => opened.close().then(() => Promise.reject(error)))
      return opened
    },
  }
}

/** One listening connection for each server and database. */
class NotificationsByUrl {
  readonly #byUrl = new Map<string, Notifications>()

  of(target: ConnectionTarget, runtime: Runtime): Notifications {
    const known = this.#byUrl.get(target.url) ?? new Notifications(target, runtime)
    this.#byUrl.set(target.url, known)
    return known
  }
}
