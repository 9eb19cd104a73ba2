import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { BanyanError } from '../../kernel/error.ts'
import type { OpenStore } from '../factory.ts'
import type { SchemaStep } from '../migration.ts'
import type { Store } from '../store.ts'
import { CommitTurns } from './commit-turns.ts'
import type { Sync } from './group-commit.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import { migrateConnection, newestEvent } from './sqlite-schema.ts'
import { SqliteStore } from './sqlite-store.ts'
import { StoreHealth } from './store-health.ts'
import type { Sql } from '../sql.ts'

/** How a store is opened on a medium. */
export interface MediumStore extends OpenStore {
  /** Lets time pass before a commit. */
  readonly sync: Sync
}

/** Nothing is synced for real: the medium stands for a disk, it is none. */
const PRAGMAS = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON'

/** What the service and the toolkit made, tables before their indexes; of SQLite's own only the newest row numbers. */
const SCHEMA = `SELECT type, name, tbl_name AS "table", sql FROM main.sqlite_schema
  WHERE sql IS NOT NULL AND (name NOT LIKE 'sqlite_%' OR name = 'sqlite_sequence') ORDER BY type DESC, name`

interface SchemaItem {
  readonly type: string
  readonly name: string
  readonly table: string
  readonly sql: string
}

interface Picture {
  readonly schema: readonly SchemaItem[]
  /** Changes whenever the schema does. */
  readonly version: unknown
  readonly refill: readonly StatementSync[]
}

/**
 * What stands for a disk in a simulator: a service's SQLite file, which stays while the processes that use it come and go.
 * The stores opened on it are the SQLite adapter's own but for the moment of their commit. Two connections and their prepared statements
 * are kept, and {@link restore} brings the data back to a picture taken before, so that a run costs no opening.
 */
export class SqliteMedium {
  readonly #path: string
  #connections: Connections | undefined
  #migrated: readonly SchemaStep[] | undefined
  #picture: Picture | undefined
  #isOwned = false

  /** `path` is a file that exists only for this medium, best in memory. */
  constructor(path: string) {
    this.#path = path
  }

  /** Opens the service's store. Throws `unavailable` while another one is open (S10). */
  async open({ service, migrations, runtime, sync }: MediumStore): Promise<Store<Sql>> {
    if (this.#isOwned)
      throw new BanyanError('unavailable', `${this.#path} is held by process ${process.pid}: a SQLite store belongs to one process`)
    const { writer: connection, reader } = (this.#connections ??= connect(this.#path))
    if (this.#migrated !== migrations) await migrateConnection(connection, migrations, runtime.clock.now())
    this.#migrated = migrations
    this.#isOwned = true
    const lock = { release: () => void (this.#isOwned = false) }
    const writer = { connection, lock, newest: newestEvent(connection), turns: new CommitTurns(runtime.clock), sync }
    return new SqliteStore({ service, runtime, reader, writer, health: new StoreHealth(runtime.log, undefined) })
  }

  /** The process that uses it died: a commit that had begun is durable or lost, as `keepsCommit` says; everything else is lost. */
  crash(keepsCommit: boolean): void {
    if (this.#connections?.database.isTransaction) this.#connections.database.exec(keepsCommit ? 'COMMIT' : 'ROLLBACK')
    if (this.#connections?.readOnly.isTransaction) this.#connections.readOnly.exec('ROLLBACK')
    this.#isOwned = false
  }

  /** Remembers all data as it is now. */
  takePicture(): void {
    const { database } = (this.#connections ??= connect(this.#path))
    const schema = schemaOf(database)
    for (const { name } of tablesIn(schema)) database.exec(`CREATE TEMP TABLE "picture ${name}" AS SELECT * FROM main."${name}"`)
    this.#picture = { schema, version: schemaVersion(database), refill: refillStatements(database, tablesIn(schema)) }
  }

  /** Brings back the data of {@link takePicture}; without a picture nothing is changed. No store may be open on it. */
  restore(): void {
    if (!this.#picture || !this.#connections) return
    const { database } = this.#connections
    const { schema, version, refill } = this.#picture
    database.exec('BEGIN IMMEDIATE; PRAGMA defer_foreign_keys = ON')
    if (schemaVersion(database) !== version) {
      restoreSchema(database, schema)
      this.#picture = { schema, version: schemaVersion(database), refill }
    }
    for (const statement of refill) statement.run()
    database.exec('COMMIT')
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#connections?.readOnly.close()
    this.#connections?.database.close()
    this.#connections = undefined
  }
}

interface Connections {
  readonly database: DatabaseSync
  readonly readOnly: DatabaseSync
  readonly writer: SqliteConnection
  readonly reader: SqliteConnection
}

/** A connection that outlives the stores on it. */
class KeptConnection extends SqliteConnection {
  override close(): void {}
}

function connect(path: string): Connections {
  const database = new DatabaseSync(path)
  database.exec(PRAGMAS)
  const readOnly = new DatabaseSync(path, { readOnly: true })
  return { database, readOnly, writer: new KeptConnection(database, path, false), reader: new KeptConnection(readOnly, path, true) }
}

function schemaOf(database: DatabaseSync): SchemaItem[] {
  return database.prepare(SCHEMA).all() as unknown as SchemaItem[]
}

function tablesIn(schema: readonly SchemaItem[]): SchemaItem[] {
  return schema.filter(({ type }) => type === 'table')
}

/** Tables that came since go, and those that went come back: a projection's rebuild changes the schema. */
function restoreSchema(database: DatabaseSync, wanted: readonly SchemaItem[]): void {
  const now = new Map(schemaOf(database).map((item) => [item.name, item]))
  const then = new Map(wanted.map((item) => [item.name, item]))
  for (const { name } of tablesIn([...now.values()]))
    if (then.get(name)?.sql !== now.get(name)?.sql) database.exec(`DROP TABLE main."${name}"`)
  const left = new Set(schemaOf(database).map(({ name }) => name))
  for (const { name, sql } of wanted) if (!left.has(name)) database.exec(sql)
}

function schemaVersion(database: DatabaseSync): unknown {
  return database.prepare('PRAGMA main.schema_version').get()?.['schema_version']
}

function refillStatements(database: DatabaseSync, tables: readonly SchemaItem[]): StatementSync[] {
  const isSequence = ({ name }: SchemaItem): boolean => name === 'sqlite_sequence'
  // Filling a table moves its row number on, so the numbers come last.
  const inOrder = [...tables.filter((table) => !isSequence(table)), ...tables.filter(isSequence)]
  return inOrder
    .flatMap(({ name }) => [`DELETE FROM main."${name}"`, `INSERT INTO main."${name}" SELECT * FROM temp."picture ${name}"`])
    .map((statement) => database.prepare(statement))
}
