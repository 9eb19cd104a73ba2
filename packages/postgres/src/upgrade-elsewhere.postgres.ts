import assert from 'node:assert/strict'
import { mkdtempDisposableSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createRuntime } from 'banyan/kernel'
import { type Migration, type OpenStore, type StoreFactory, storesByService } from 'banyan/store'
import { sqliteStores } from 'banyan/store/sqlite'
import { postgresStores } from './postgres-stores.ts'
import { testServer } from './test-server.ts'

const TABLE: Migration = { id: '001-thing', sql: 'CREATE TABLE thing (id TEXT)' }
const NOTES: Migration = { id: '002-notes', sql: 'CREATE TABLE note (text TEXT)' }
const BROKEN: Migration = { id: '002-broken', sql: 'INSERT INTO nowhere VALUES (1)' }

type Release = Readonly<Record<'carts' | 'orders', readonly Migration[]>>

const stores = (release: Release): OpenStore[] =>
  Object.entries(release).map(([service, migrations]) => ({ service, migrations, runtime: createRuntime() }))

async function starts(factory: StoreFactory, release: Release): Promise<void> {
  await factory.upgrade?.(stores(release))
  for (const store of stores(release)) await (await factory.open(store)).close()
}

for (const first of ['SQLite', 'PostgreSQL'] as const)
  test(`S10 with ${first} first, a migration that fails on one of SQLite and PostgreSQL changes nothing on the other`, async () => {
    await using server = await testServer()
    using directory = mkdtempDisposableSync(join(tmpdir(), 'banyan-upgrade-'))
    const files = sqliteStores({ directory: directory.path })
    const schemas = postgresStores({ url: server.url, schemaPrefix: server.prefix })
    const [byDefault, other] = first === 'SQLite' ? [files, schemas] : [schemas, files]
    const both = storesByService({ byDefault, of: { orders: other } })
    const before: Release = { carts: [TABLE], orders: [TABLE] }
    await starts(both, before)
    for (const failing of ['carts', 'orders'] as const) {
      const next = { carts: [TABLE, NOTES], orders: [TABLE, NOTES], [failing]: [TABLE, BROKEN] }
      await assert.rejects(async () => both.upgrade?.(stores(next)), { message: new RegExp(`service "${failing}".*"002-broken".*failed`) })
      await starts(both, before)
    }
    await starts(both, { carts: [TABLE, NOTES], orders: [TABLE, NOTES] })
  })
