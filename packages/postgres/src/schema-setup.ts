import type { Migration, Sql } from 'banyan/store'
import { migrate } from 'banyan/store/sql'
import { type ConnectionTarget, quoteName } from './connection-target.ts'
import { lockHash } from './outbox.ts'
import type { Session } from './session.ts'
import { toStatementError } from './sql-failure.ts'
import { numberPlaceholders } from './statement-text.ts'
import type { PartResult } from './wire-batch.ts'

/** What a schema is brought up to date with. */
export interface SchemaSetup {
  readonly session: Session
  readonly target: ConnectionTarget
  readonly migrations: readonly Migration[]
  readonly now: number
}

/** Longest wait for another instance that migrates, and for one statement of a migration: an index on a large table takes minutes. */
const MIGRATION_MS_MAX = 600_000
/** Locks of events' keys are numbered from 0; this one cannot meet them. */
const SETUP_LOCK = -1

/** Creates the schema if need be and brings it up to date; one instance at a time. */
export async function setUpSchema({ session, target, migrations, now }: SchemaSetup): Promise<void> {
  const sql = sessionSql(session, target)
  const execute = (script: string): Promise<void> =>
    session.execute(script).catch((error) => Promise.reject(toStatementError(error, target)))
  await execute(`SET statement_timeout = ${MIGRATION_MS_MAX}; SET lock_timeout = ${MIGRATION_MS_MAX}`)
  await sql.get('SELECT pg_advisory_lock(CAST(? AS INTEGER), CAST(? AS INTEGER))', lockHash(target.schema), SETUP_LOCK)
  const found = await sql.get<{ found: number }>('SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = ?) AS found', target.schema)
  if (found?.found !== 1) await execute(`CREATE SCHEMA ${quoteName(target.schema)}`)
  const inTransaction = async (body: () => Promise<void>): Promise<void> => {
    await execute('BEGIN')
    try {
      await body()
      await execute('COMMIT')
    } catch (error) {
      await session.execute('ROLLBACK').catch(() => session.destroy())
      throw error
    }
  }
  await migrate({ where: `schema "${target.schema}" of PostgreSQL at ${target.shown}`, sql, execute, inTransaction }, migrations, now)
}

/** Plain statements on one connection. */
function sessionSql(session: Session, target: ConnectionTarget): Omit<Sql, 'write'> {
  const statement = async (query: string, values: readonly (string | number | null | Uint8Array)[]): Promise<PartResult> => {
    try {
      const [result] = await session.send([{ text: numberPlaceholders(query), name: '', values }])
      return result as PartResult
    } catch (error) {
      throw toStatementError(error, target, query)
    }
  }
  return {
    dialect: 'postgres',
    get: async <R>(query: string, ...values: readonly (string | number | null | Uint8Array)[]) =>
      (await statement(query, values)).rows[0] as R | undefined,
    all: async <R>(query: string, ...values: readonly (string | number | null | Uint8Array)[]) =>
      (await statement(query, values)).rows as R[],
    run: async (query, ...values) => (await statement(query, values)).changed,
  }
}
