import { test } from 'node:test'
import type { Client } from 'pg'
import { assertCostsByWhatIsDue, type CountedDatabase } from 'banyan/store/testsuite'
import { countingSql } from './rows-read.testsuite.ts'
import { numberPlaceholders } from './statement-text.ts'
import { testServer } from './test-server.ts'

/** What may cost more on PostgreSQL when more waits. */
const EXCEPTIONS = {
  'how many sagas are open':
    'counted by an index, in the server, four times a minute: for a count that is kept all processes would wait for the same row',
}

test('what runs by itself costs by what is due, however much waits or has ended', async () => {
  await using server = await testServer()
  await server.open()
  const client = await server.connect()
  await assertCostsByWhatIsDue(async () => countedDatabase(client), EXCEPTIONS)
})

function countedDatabase(client: Client): CountedDatabase {
  return {
    async run(query, ...values) {
      await client.query(numberPlaceholders(query), [...values])
      await client.query('ANALYZE') // as autovacuum would
    },
    async cost(body) {
      const { sql, rows } = countingSql(client)
      await client.query('BEGIN')
      await body(sql)
      await client.query('ROLLBACK')
      return rows()
    },
  }
}
