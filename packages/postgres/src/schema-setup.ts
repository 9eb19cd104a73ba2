import { toBanyanError } from 'banyan/kernel'
import type { OpenStore, Sql } from 'banyan/store'
import { applyMigrations, type MigrationTarget, type PendingMigration, pendingMigrations, upgradeRefused } from 'banyan/store/sql'
import { type ConnectionTarget, quoteName } from './connection-target.ts'
import { lockHash } from './outbox.ts'
import { assertMayCreate, schemaState } from './schema-state.ts'
import type { Session } from './session.ts'
import { isConnectionLoss, toStatementError } from './sql-failure.ts'
import { numberPlaceholders } from './statement-text.ts'
import type { PartResult } from './wire-batch.ts'

/** A service and where its schema is. */
export interface ServiceSchema {
  readonly store: OpenStore
  readonly target: ConnectionTarget
}

/** Longest wait for another instance that migrates, and for one statement of a migration: an index on a large table takes minutes. */
const MIGRATION_MS_MAX = 600_000
/** Locks of events' keys are numbered from 0; this one cannot meet them. */
const SETUP_LOCK = -1

/**
 * Returns which schemas lack something. Only reads: a role that may create nothing can start where nothing is to be created.
 * Throws `data_newer` or `misuse`, with the service's name, when a schema does not fit the program (S10).
 */
export async function dueSchemas(session: Session, schemas: readonly ServiceSchema[]): Promise<ServiceSchema[]> {
  const due: ServiceSchema[] = []
  for (const schema of schemas) if ((await named(schema, () => pending(session, schema))).length > 0) due.push(schema)
  return due
}

/**
 * Begins a transaction, and runs in it what the schemas of one database lack, each schema locked against other instances that start now. All of it
 * stands when the caller commits, or none.
 */
export async function beginUpgrade(session: Session, schemas: readonly ServiceSchema[]): Promise<void> {
  await session.execute(`BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
    SET LOCAL statement_timeout = ${MIGRATION_MS_MAX}; SET LOCAL lock_timeout = ${MIGRATION_MS_MAX}; SET LOCAL idle_in_transaction_session_timeout = 0`)
  // everyone locks in the same order, so that no two wait for each other
  const inOrder = schemas.toSorted((a, b) => (a.target.schema < b.target.schema ? -1 : 1))
  for (const { target } of inOrder) await session.execute(`SELECT pg_advisory_xact_lock(${lockHash(target.schema)}, ${SETUP_LOCK})`)
  for (const schema of schemas) await named(schema, () => upgradeSchema(session, schema))
}

async function upgradeSchema(session: Session, schema: ServiceSchema): Promise<void> {
  const { store, target } = schema
  const due = await pending(session, schema)
  if (due.length === 0) return // another instance was faster
  const { exists } = await schemaState(session, target)
  if (!exists) await session.execute(`CREATE SCHEMA ${quoteName(target.schema)}`)
  await applyMigrations(migrationTarget(session, target, true), due, store.runtime.clock.now())
}

async function pending(session: Session, { store, target }: ServiceSchema): Promise<readonly PendingMigration[]> {
  await session.execute(`SET search_path TO ${quoteName(target.schema)}`)
  const state = await schemaState(session, target)
  const due = await pendingMigrations(migrationTarget(session, target, state.hasBooks), store.migrations)
  if (due[0] !== undefined) assertMayCreate(state, target, due[0].id)
  return due
}

/** Lets migrations run on a session whose `search_path` is the target's schema. */
function migrationTarget(session: Session, target: ConnectionTarget, hasBooks: boolean): MigrationTarget {
  return {
    where: `schema "${target.schema}" of PostgreSQL at ${target.shown}`,
    sql: sessionSql(session, target),
    hasBooks: async () => hasBooks,
    execute: (script) => session.execute(script).catch((error) => Promise.reject(toStatementError(error, target))),
  }
}

async function named<T>({ store, target }: ServiceSchema, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    if (isConnectionLoss(thrown)) throw thrown
    throw upgradeRefused(store.service, toBanyanError(toStatementError(thrown, target)))
  }
}

/** Plain statements on one connection, in the schema of the target. */
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
