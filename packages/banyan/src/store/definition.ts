import { misuse } from '../kernel/error.ts'
import { isRecord, onlyOptions, partsOf, shownValue } from '../kernel/form.ts'
import type { Migration, SchemaStep } from './migration.ts'
import type { Sql } from './sql.ts'

/** How a service keeps its data in one kind of engine. Made by `sql`, `documents`, or the maker of an adapter. */
export interface StoreVariant<R extends object = object> {
  /** The kind of engine, e.g. `sql`, which SQLite and PostgreSQL are. */
  readonly engine: string
  /** Steps in the engine's own terms. */
  readonly migrations: readonly SchemaStep[]
  /** Turns the engine's own handle into the service's words. */
  readonly repository: (database: never) => R
}

/** A service's tables and how its handlers speak of them: once, or once for each kind of engine. */
export interface StoreDefinition<R extends object = object> {
  readonly variants: readonly StoreVariant<R>[]
}

/** What a store gives to handlers. */
export type RepositoryOf<S> = S extends StoreDefinition<infer R> ? R : never

/**
 * Tables in SQL, which SQLite and PostgreSQL both speak. `repository` turns plain SQL into the service's own words, e.g.
 * `{ stock: { take, release } }`; handlers find them on `tx`.
 */
export interface SqlTables<R extends object> {
  readonly migrations: readonly Migration[]
  readonly repository: (sql: Sql) => R
}

/** A repository beside which the SQL that it is made of stays in reach. */
export type WithSql<R extends object> = R & {
  /** Plain SQL on the service's own tables. */
  readonly sql: Sql
}

const TABLES = partsOf<SqlTables<object>>({ migrations: true, repository: true })

/** The variant of a store for SQLite and PostgreSQL. Throws `misuse` for parts that there are not, or that it lacks. */
export function sql<R extends object>(tables: SqlTables<R>): StoreVariant<R> {
  onlyOptions('store()', tables, TABLES)
  const { migrations, repository } = tables
  if (!Array.isArray(migrations)) misuse(`store() has migrations ${shownValue(migrations)}; give a list`)
  if (typeof repository !== 'function') misuse(`store() has repository ${shownValue(repository)}; give a function of sql, e.g. () => ({})`)
  return { engine: 'sql', migrations, repository: (database: Sql) => Object.assign(repository(database), { sql: database }) }
}

/**
 * Defines a service's store. Give tables in SQL alone, or one variant for each kind of engine that the service may be kept in; all return the same
 * repository, and the engine that is configured picks one. Migrations run at start, in order, once.
 * @example store({ migrations, repository: (sql) => ({ stock: stockTable(sql) }) })
 * @example store(sql({ migrations, repository: sqlStock }), documents({ collections, repository: documentStock }))
 */
export function store<R extends object>(tables: SqlTables<R>): StoreDefinition<WithSql<R>>
export function store<R extends object>(...variants: readonly [StoreVariant<R>, ...StoreVariant<R>[]]): StoreDefinition<R>
export function store(...given: readonly (SqlTables<object> | StoreVariant)[]): StoreDefinition {
  const variants = given.map((one) => (isRecord(one) && 'engine' in one ? (one as unknown as StoreVariant) : sql(one as SqlTables<object>)))
  const twice = variants.find(({ engine }, index) => variants.findIndex((other) => other.engine === engine) !== index)
  if (twice) misuse(`a store has two variants for "${twice.engine}"; leave one of them out`)
  return { variants }
}

/** What fits every engine: for services that keep nothing of their own. */
const ANY = 'any'

/** The store of a service that keeps nothing of its own. Its handlers read their projections in SQL, where the engine speaks it. */
export const noTables: StoreDefinition<WithSql<object>> = store(sql({ migrations: [], repository: nothing }), {
  engine: ANY,
  migrations: [],
  repository: nothing,
}) as StoreDefinition<WithSql<object>>

function nothing(): object {
  return {}
}

/** What an adapter says of itself before it opens anything. */
export interface EngineOffer {
  /** Name of the adapter, for messages. */
  readonly adapter: string
  /** Kinds of engine whose variants it can keep, the one that fits best first. */
  readonly engines: readonly string[]
}

/** Picks the variant of a service's store for an adapter. Throws `misuse` that says what to write when there is none. */
export function variantFor<R extends object>(
  service: string,
  { variants }: StoreDefinition<R>,
  { adapter, engines }: EngineOffer,
): StoreVariant<R> {
  for (const engine of [...engines, ANY]) {
    const variant = variants.find((one) => one.engine === engine)
    if (variant) return variant
  }
  const has = variants.map(({ engine }) => `"${engine}"`).join(' and ')
  return misuse(
    `service ${service} can be kept in ${has}, and the store "${adapter}" takes "${engines.join('" or "')}"; add a variant to its store(), ` +
      `e.g. store(sql({ … }), ${engines[0]}({ … })), or choose another store for it`,
  )
}
