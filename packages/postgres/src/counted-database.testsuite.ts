import type { Client } from 'pg'
import type { CountedDatabase } from 'banyan/store/testsuite'
import { countedRecords, fillCounted } from 'banyan/store/sql/testsuite'
import { countingSql } from './rows-read.testsuite.ts'
import { numberPlaceholders } from './statement-text.ts'
import { testServer } from './test-server.ts'

/** Opens a database with the toolkit's tables, whose statements are counted in rows that PostgreSQL reads in tables and indexes. */
export async function openCounted(): Promise<CountedDatabase & AsyncDisposable> {
  const server = await testServer()
  await server.open()
  const client = await server.connect()
  await client.query('SET synchronous_commit = off') // nothing of it need outlive the server
  let isAnalyzed = false
  return {
    async fill(first, last) {
      await fillCounted((query, ...values) => client.query(numberPlaceholders(query), [...values]), first, last)
      isAnalyzed = false
    },
    async cost(body) {
      if (!isAnalyzed) await analyze(client)
      isAnalyzed = true
      const { sql, rows } = countingSql(client)
      await client.query('BEGIN')
      await body(countedRecords(sql))
      await client.query('ROLLBACK')
      return rows()
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

/** As autovacuum would, and only what is ours: a server has other schemas. */
async function analyze(client: Client): Promise<void> {
  const { rows } = await client.query<{ tables: string }>(
    `SELECT string_agg(format('%I', relname), ', ') AS tables FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'`,
  )
  await client.query(`ANALYZE ${rows[0]?.tables}`)
}
