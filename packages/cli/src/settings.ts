import path from 'node:path'
import { BanyanError } from 'banyan/kernel'
import { readStoreKinds, type StoreKinds } from './service-stores.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Settings of a process, read from its environment. */
export interface Settings {
  readonly port: number
  readonly hostname: string
  /** Absolute directory of the data. */
  readonly directory: string
  readonly store: 'sqlite' | 'postgres'
  /** What single services are kept in instead. */
  readonly storeKinds: StoreKinds
  readonly postgresUrl: string | undefined
  /** Put before the name of each service's schema, so that several platforms share a database. */
  readonly schemaPrefix: string | undefined
  /** Most connections of one service to PostgreSQL; undefined for what the platform says. */
  readonly poolMax: number | undefined
  /** Groups of transactions of one service side by side; undefined for what the platform says. */
  readonly writers: number | undefined
  /** How long a silent process keeps what it runs on a shared store; undefined for the default. */
  readonly leaseMs: number | undefined
}

const PORT_DEFAULT = 8080
/** Shorter, and a pause of the garbage collector would look like a crash. */
const LEASE_MS_MIN = 500
const LEASE_MS_MAX = 600_000
/** A server with more connections than this for one service would be busy with them alone. */
const POOL_MAX_MAX = 1_000

/** Reads the settings; throws `failed_precondition` that names the variable and what it may be. */
export function readSettings(environment: Environment, cwd: string): Settings {
  const store = environment.BANYAN_STORE ?? 'sqlite'
  if (store !== 'sqlite' && store !== 'postgres') throw wrong('BANYAN_STORE', store, '"sqlite" or "postgres"')
  const storeKinds = readStoreKinds(environment)
  const isOnPostgres = store === 'postgres' || [...storeKinds.values()].includes('postgres')
  if (isOnPostgres && !environment.POSTGRES_URL)
    throw wrong('POSTGRES_URL', '', 'a URL such as postgres://user@localhost:5432/shop, since BANYAN_STORE is "postgres"')
  return {
    port: readPort(environment.PORT),
    hostname: environment.HOST || '127.0.0.1',
    directory: path.resolve(cwd, environment.BANYAN_DATA ?? 'data'),
    store,
    storeKinds,
    postgresUrl: environment.POSTGRES_URL,
    schemaPrefix: environment.BANYAN_POSTGRES_SCHEMA_PREFIX,
    poolMax: readCount(environment, 'BANYAN_POSTGRES_POOL_MAX'),
    writers: readCount(environment, 'BANYAN_POSTGRES_WRITERS'),
    leaseMs: readLease(environment.BANYAN_LEASE_MS),
  }
}

function readPort(text: string | undefined): number {
  if (text === undefined || text === '') return PORT_DEFAULT
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw wrong('PORT', text, 'a number from 0 to 65535')
  return port
}

function readLease(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  const leaseMs = Number(text)
  if (!Number.isInteger(leaseMs) || leaseMs < LEASE_MS_MIN || leaseMs > LEASE_MS_MAX)
    throw wrong('BANYAN_LEASE_MS', text, `a number of milliseconds from ${LEASE_MS_MIN} to ${LEASE_MS_MAX}`)
  return leaseMs
}

function readCount(environment: Environment, name: string): number | undefined {
  const text = environment[name]
  if (text === undefined || text === '') return undefined
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1 || count > POOL_MAX_MAX) throw wrong(name, text, `a whole number from 1 to ${POOL_MAX_MAX}`)
  return count
}

function wrong(name: string, value: string, expected: string): BanyanError {
  return new BanyanError('failed_precondition', `${name} is "${value}"; it must be ${expected}`)
}
