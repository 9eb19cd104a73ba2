import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { createRuntime } from '../../kernel/runtime.ts'
import { assertCostsByWhatIsDue, type CountedDatabase } from '../suite/store-costs.testsuite.ts'
import { countingSql } from './counted-statements.testsuite.ts'
import { sqliteStores } from './sqlite-stores.ts'
import { temporaryDirectory } from './temporary-directory.testsuite.ts'

test('what runs by itself costs by what is due, however much waits or has ended', async () => {
  await using directory = await temporaryDirectory()
  const store = await sqliteStores({ directory: directory.path }).open({ service: 'test', migrations: [], runtime: createRuntime() })
  await store.close()
  using database = new DatabaseSync(path.join(directory.path, 'test.db'))
  database.exec('PRAGMA synchronous = OFF')
  await assertCostsByWhatIsDue(async () => countedDatabase(database))
})

function countedDatabase(database: DatabaseSync): CountedDatabase {
  return {
    run: async (query, ...values) => void database.prepare(query).run(...values),
    async cost(body) {
      const { sql, steps } = countingSql(database)
      database.exec('BEGIN')
      await body(sql)
      database.exec('ROLLBACK')
      return steps()
    },
  }
}
