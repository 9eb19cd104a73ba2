import { type SqlReader, sqlOf, type Store } from 'banyan/store'

/** A machine that runs many tests at once may be slow. */
const TIMEOUT_MS = 60_000

/** Reads the tables of a service of a running platform, e.g. `readSql(platform.services[0]!, (sql) => sql.get('…'))`, on a snapshot. Throws `misuse` where its store speaks no SQL. */
export function readSql<T>({ store }: { readonly store: Store }, read: (sql: SqlReader) => Promise<T>): Promise<T> {
  return store.readApart((tx) => read(sqlOf(tx)), { timeoutMs: TIMEOUT_MS })
}
