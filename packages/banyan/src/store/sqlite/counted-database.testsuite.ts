import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createRuntime } from '../../kernel/runtime.ts'
import type { CountedDatabase } from '../suite/store-harness.testsuite.ts'
import { countedRecords, fillCounted } from '../sql/suite/counted-rows.testsuite.ts'
import { countingSql } from './counted-statements.testsuite.ts'
import { sqliteStores } from './sqlite-stores.ts'
import { temporaryDirectory } from './temporary-directory.testsuite.ts'

/** Opens a database with the toolkit's tables, whose statements are counted in steps of SQLite's machine. */
export async function openCounted(): Promise<CountedDatabase & AsyncDisposable> {
  const directory = await temporaryDirectory()
  const store = await sqliteStores({ directory: directory.path }).open({ service: 'test', migrations: [], runtime: createRuntime() })
  await store.close()
  const database = new DatabaseSync(path.join(directory.path, 'test.db'))
  database.exec('PRAGMA synchronous = OFF')
  return {
    fill: (first, last) => fillCounted(async (query, ...values) => database.prepare(query).run(...values), first, last),
    async cost(body) {
      const { sql, steps } = countingSql(database)
      database.exec('BEGIN')
      await body(countedRecords(sql))
      database.exec('ROLLBACK')
      return steps()
    },
    async [Symbol.asyncDispose]() {
      database.close()
      await directory[Symbol.asyncDispose]()
    },
  }
}
