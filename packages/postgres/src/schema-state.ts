import { misuse } from 'banyan/kernel'
import { type ConnectionTarget, quoteName } from './connection-target.ts'
import type { Session } from './session.ts'

/** What a service's schema is to the role that connects. */
export interface SchemaState {
  readonly exists: boolean
  /** Whether there are books of migrations. */
  readonly hasBooks: boolean
  readonly mayCreate: boolean
  readonly role: string
}

const QUERY = `SELECT current_user AS role, current_database() AS database, n.oid IS NOT NULL AS found,
    COALESCE(has_schema_privilege(n.oid, 'USAGE'), false) AS usage,
    COALESCE(has_schema_privilege(n.oid, 'CREATE'), has_database_privilege(current_database(), 'CREATE')) AS may_create,
    EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = n.oid AND relname = 'banyan_migration') AS books,
    (SELECT string_agg(relname, ', ' ORDER BY relname) FROM pg_class WHERE relnamespace = n.oid AND relkind IN ('r', 'p') AND NOT (
      has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT') AND has_table_privilege(oid, 'UPDATE')
      AND has_table_privilege(oid, 'DELETE'))) AS closed
  FROM (SELECT 1) AS one LEFT JOIN pg_namespace AS n ON n.nspname = $1`

interface StateRow {
  readonly role: string
  readonly database: string
  readonly found: number
  readonly usage: number
  readonly may_create: number
  readonly books: number
  readonly closed: string | null
}

/** Looks at a schema without changing anything. Throws `misuse` that names the right that the role lacks to work with what is there. */
export async function schemaState(session: Session, { schema, shown }: ConnectionTarget): Promise<SchemaState> {
  const [result] = await session.send([{ text: QUERY, name: '', values: [schema] }])
  const row = result?.rows[0] as unknown as StateRow
  const [name, role] = [quoteName(schema), quoteName(row.role)]
  const where = `role ${role} of PostgreSQL at ${shown}`
  if (row.found === 1 && row.usage !== 1)
    misuse(`${where} may not use the schema ${name}; connect as its owner, or: GRANT USAGE ON SCHEMA ${name} TO ${role}`)
  if (row.closed !== null) {
    const grant = `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${name} TO ${role}`
    misuse(`${where} may not read and write ${row.closed} in the schema ${name}; connect as their owner, or: ${grant}`)
  }
  return { exists: row.found === 1, hasBooks: row.books === 1, mayCreate: row.may_create === 1, role: row.role }
}

/** Throws `misuse` when the role may not make the tables that are missing. */
export function assertMayCreate({ exists, mayCreate, role }: SchemaState, { schema, shown }: ConnectionTarget, migration: string): void {
  if (mayCreate) return
  const name = quoteName(schema)
  const grant = exists
    ? `GRANT CREATE ON SCHEMA ${name} TO ${quoteName(role)}`
    : `CREATE SCHEMA ${name} AUTHORIZATION ${quoteName(role)}, as a role that may`
  misuse(
    `role ${quoteName(role)} of PostgreSQL at ${shown} may not create tables in the schema ${name}, which lacks the migration "${migration}"; ` +
      `start once as a role that may, or: ${grant}`,
  )
}
