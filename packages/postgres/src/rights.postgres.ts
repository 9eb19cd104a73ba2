import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { createRuntime } from 'banyan/kernel'
import type { Migration } from 'banyan/store'
import { postgresStores } from './postgres-stores.ts'
import { type TestServer, testServer } from './test-server.ts'

const TABLE: Migration = { id: '001-table', sql: 'CREATE TABLE thing (id TEXT PRIMARY KEY)' }
const MORE: Migration = { id: '002-more', sql: 'CREATE TABLE more (id TEXT PRIMARY KEY)' }

interface Role extends AsyncDisposable {
  readonly name: string
  readonly url: string
  sql(statement: string): Promise<void>
}

/** A role that may do nothing yet, and a way to grant it things; removed with all it owns. */
async function aRole(server: TestServer): Promise<Role> {
  const name = `role_${randomUUID().slice(0, 8)}`
  const client = await server.connect()
  const sql = async (statement: string): Promise<void> => void (await client.query(statement))
  await sql(`CREATE ROLE ${name} LOGIN PASSWORD 'secret-of-the-test'`)
  const url = new URL(server.url)
  url.username = name
  url.password = 'secret-of-the-test'
  return { name, url: url.href, sql, [Symbol.asyncDispose]: () => sql(`DROP OWNED BY ${name} CASCADE; DROP ROLE ${name}`) }
}

const open = async ({ prefix }: TestServer, url: string, migrations = [TABLE]): Promise<void> => {
  const factory = postgresStores({ url, schemaPrefix: prefix })
  const store = { service: 'test', migrations, runtime: createRuntime() }
  await factory.upgrade?.([store])
  const opened = await factory.open(store)
  await opened.transaction((tx) => tx.database.run("INSERT INTO thing (id) VALUES ('a') ON CONFLICT (id) DO NOTHING"))
  await opened.close()
}

test('a role that may create nothing starts where there is nothing to create, and is told what it needs where there is', async () => {
  await using server = await testServer()
  await using role = await aRole(server)
  const schema = `${server.prefix}test`
  await assert.rejects(open(server, role.url), {
    code: 'misuse',
    message: new RegExp(`may not create.*CREATE SCHEMA "${schema}" AUTHORIZATION`),
  })
  await open(server, server.url)
  await role.sql(`GRANT USAGE ON SCHEMA ${schema} TO ${role.name};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO ${role.name}`)
  await open(server, role.url)
  const needs = { code: 'misuse', message: new RegExp(`service "test".*"002-more".*GRANT CREATE ON SCHEMA "${schema}" TO "${role.name}"`) }
  await assert.rejects(open(server, role.url, [TABLE, MORE]), needs)
  await open(server, role.url)
})

test('a role that may not use the schema, or not all of its tables, is told so at the start', async () => {
  await using server = await testServer()
  await using role = await aRole(server)
  const schema = `${server.prefix}test`
  await open(server, server.url)
  await assert.rejects(open(server, role.url), {
    code: 'misuse',
    message: new RegExp(`GRANT USAGE ON SCHEMA "${schema}" TO "${role.name}"`),
  })
  await role.sql(`GRANT USAGE ON SCHEMA ${schema} TO ${role.name}; GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO ${role.name}`)
  await assert.rejects(open(server, role.url), { code: 'misuse', message: /may not read and write .*thing.*GRANT SELECT, INSERT/ })
})
