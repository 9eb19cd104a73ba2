import { randomUUID } from 'node:crypto'
import { postgresStores } from '@banyan/postgres'
import { Client } from 'pg'
import { testInventoryStore } from './inventory-store.testsuite.ts'

testInventoryStore('PostgreSQL', async () => {
  const url = process.env['POSTGRES_URL']
  if (!url) throw new Error('set POSTGRES_URL to a server these tests may create schemas on')
  const schemaPrefix = `test_${randomUUID().slice(0, 8)}_`
  return {
    factory: postgresStores({ url, schemaPrefix }),
    async [Symbol.asyncDispose]() {
      const client = new Client({ connectionString: url })
      await client.connect()
      await client.query(`DROP SCHEMA IF EXISTS "${schemaPrefix}inventory" CASCADE`)
      await client.end()
    },
  }
})
