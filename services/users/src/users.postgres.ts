import { randomUUID } from 'node:crypto'
import { postgresStores } from '@banyan/postgres'
import { Client } from 'pg'
import { testCredentials } from './credentials.testsuite.ts'
import { testPrivileges } from './privileges.testsuite.ts'
import { testSpellings } from './spellings.testsuite.ts'
import { testStrangers } from './strangers.testsuite.ts'
import type { UsersPlace } from './users.fixture.ts'

async function open(): Promise<UsersPlace> {
  const url = process.env['POSTGRES_URL']
  if (!url) throw new Error('set POSTGRES_URL to a server these tests may create schemas on')
  const schemaPrefix = `test_${randomUUID().slice(0, 8)}_`
  return {
    stores: postgresStores({ url, schemaPrefix }),
    async [Symbol.asyncDispose]() {
      const client = new Client({ connectionString: url })
      await client.connect()
      await client.query(`DROP SCHEMA IF EXISTS ${schemaPrefix}users CASCADE`)
      await client.end()
    },
  }
}

testPrivileges('PostgreSQL', open)
testCredentials('PostgreSQL', open)
testSpellings('PostgreSQL', open)
testStrangers('PostgreSQL', open)
