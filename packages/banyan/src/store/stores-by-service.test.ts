import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { createRuntime } from '../kernel/runtime.ts'
import type { OpenStore, StoreFactory } from './factory.ts'
import type { Migration } from './migration.ts'
import { sqlOf } from './sql-of.ts'
import { sqliteStores } from './sqlite/index.ts'
import { temporaryDirectory } from './sqlite/temporary-directory.testsuite.ts'
import { assertServices, storesByService } from './stores-by-service.ts'

const TABLE: Migration = { id: '001-thing', sql: 'CREATE TABLE thing (id TEXT)' }
const NOTES: Migration = { id: '002-notes', sql: 'CREATE TABLE note (text TEXT)' }
const BROKEN: Migration = { id: '002-broken', sql: 'INSERT INTO nowhere VALUES (1)' }
const NAMES = ['carts', 'orders'] as const

async function place() {
  const directory = await temporaryDirectory()
  const stores = (name: string, readOnly: boolean): StoreFactory => sqliteStores({ directory: join(directory.path, name), readOnly })
  return {
    both: storesByService({ byDefault: stores('here', false), of: { orders: stores('there', false) } }),
    /** Look at what is there, and make nothing. */
    here: stores('here', true),
    there: stores('there', true),
    [Symbol.asyncDispose]: directory[Symbol.asyncDispose],
  }
}

function release(more: Partial<Record<(typeof NAMES)[number], Migration>>, failingAt?: string): OpenStore[] {
  const at = (point: string): void => {
    if (point === failingAt) throw new Error('pulled the plug')
  }
  const runtime = createRuntime({ faults: { at } })
  return NAMES.map((service) => ({ service, migrations: [TABLE, ...(more[service] ? [more[service]] : [])], runtime }))
}

/** The tables of a service's own in what one factory keeps. */
async function tablesIn(factory: StoreFactory, migrations: readonly Migration[], service: string): Promise<string[]> {
  const opening = factory.open({ service, migrations, runtime: createRuntime() })
  const store = await opening.catch((cause: unknown) => assert.fail(`the release before does not start: ${String(cause)}`))
  try {
    const query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name IN ('thing', 'note') ORDER BY name"
    return (await store.read((tx) => sqlOf(tx).all<{ name: string }>(query))).map(({ name }) => name)
  } finally {
    await store.close()
  }
}

describe('stores that are chosen by service', () => {
  test('each service is offered, upgraded and opened by its own', async () => {
    await using stores = await place()
    const { both, here, there } = stores
    await both.upgrade?.(release({ orders: NOTES }))
    assert.deepEqual(await tablesIn(here, [TABLE], 'carts'), ['thing'])
    assert.deepEqual(await tablesIn(there, [TABLE, NOTES], 'orders'), ['note', 'thing'])
    assert.deepEqual(await tablesIn(both, [TABLE, NOTES], 'orders'), ['note', 'thing'])
    assert.equal(both.offer('orders').adapter, 'sqlite')
  })

  test('S10 a migration that fails in one adapter changes nothing in another, before or behind it', async () => {
    for (const failing of NAMES) {
      await using stores = await place()
      const { both, here, there } = stores
      await both.upgrade?.(release({}))
      await assert.rejects(async () => both.upgrade?.(release({ carts: NOTES, orders: NOTES, [failing]: BROKEN })), {
        message: new RegExp(`service "${failing}".*"002-broken".*failed`),
      })
      assert.deepEqual(await tablesIn(here, [TABLE], 'carts'), ['thing'], 'the release before still starts')
      assert.deepEqual(await tablesIn(there, [TABLE], 'orders'), ['thing'], 'the release before still starts')
    }
  })

  test('S10 a commit that fails in the last adapter names the services of those that have committed', async () => {
    await using stores = await place()
    const { both, there } = stores
    await both.upgrade?.(release({}))
    const next = { carts: NOTES, orders: NOTES }
    await assert.rejects(async () => both.upgrade?.(release(next, 'store.carts.before-upgrade-commit')), {
      message: /service "carts".*; but orders may have been upgraded already: start this release again, or restore them/,
    })
    assert.deepEqual(await tablesIn(there, [TABLE, NOTES], 'orders'), ['note', 'thing'])
    await both.upgrade?.(release(next))
  })

  test('S10 a commit that fails in the first adapter leaves the others as they were', async () => {
    await using stores = await place()
    const { both, here } = stores
    await both.upgrade?.(release({}))
    await assert.rejects(
      async () => both.upgrade?.(release({ carts: NOTES, orders: NOTES }, 'store.orders.before-upgrade-commit')),
      (error: Error) => /service "orders"/.test(error.message) && !/may have been upgraded/.test(error.message),
    )
    assert.deepEqual(await tablesIn(here, [TABLE], 'carts'), ['thing'])
  })

  test('a choice for a service that there is not is refused with the nearest one', () => {
    assertServices('stores', { orders: 1 }, NAMES)
    assert.throws(() => assertServices('stores', { order: 1 }, NAMES), {
      code: 'misuse',
      message: 'stores names "order", which is no service of the platform; did you mean "orders"?',
    })
  })
})
