import { misuse } from '../kernel/error.ts'
import type { Sql } from './sql.ts'

/** Returns the plain SQL of a transaction or snapshot. For tools and tests; a service's handlers have it as `tx.sql`. Throws `misuse` where the engine has none. */
export function sqlOf({ database }: { readonly database: unknown }): Sql {
  if (typeof database !== 'object' || database === null || !('dialect' in database))
    misuse('this store does not speak SQL; ask the service by its repository, or give it a store that does')
  return database as Sql
}
