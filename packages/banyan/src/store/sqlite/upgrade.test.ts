import assert from 'node:assert/strict'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import type { Logger } from '../../kernel/logger.ts'
import { createRuntime } from '../../kernel/runtime.ts'
import type { Migration } from '../migration.ts'
import { sqliteStores } from './sqlite-stores.ts'
import { temporaryDirectory } from './temporary-directory.testsuite.ts'

const migration = (number: number): Migration => ({
  id: `00${number}`,
  sql: `CREATE TABLE t${number} (x TEXT); INSERT INTO t1 VALUES ('by ${number}')`,
})

/** Upgrades to the release with `count` migrations, `day` days later; returns what was logged. */
async function upgrade(directory: string, count: number, day = 0, at: () => void = () => {}): Promise<object[]> {
  const lines: object[] = []
  const log = { warn: (message: string, fields: object) => lines.push({ message, ...fields }) } as unknown as Logger
  const clock = { ...createRuntime().clock, now: () => Date.UTC(2026, 0, 1 + day, 10, 15) }
  const migrations = Array.from({ length: count }, (_, index) => migration(index + 1))
  const runtime = createRuntime({ clock, log, faults: { at } })
  const stores = ['shop', 'till'].map((service) => ({ service, migrations, runtime }))
  const factory = sqliteStores({ directory })
  await factory.upgrade?.(stores)
  for (const store of stores) await (await factory.open(store)).close()
  return lines
}

const copies = (directory: string): string[] => {
  const place = join(directory, 'before-upgrade')
  return existsSync(place) ? readdirSync(place).toSorted() : []
}

test('a file is copied before its first migration of a release: complete, private, named after the migration, and its path is logged', async () => {
  await using place = await temporaryDirectory()
  assert.deepEqual([await upgrade(place.path, 1), copies(place.path)], [[], []], 'where there is nothing, nothing is copied')
  const logged = await upgrade(place.path, 3, 1)
  assert.deepEqual(copies(place.path), ['shop.20260102T101500Z.before-002.db', 'till.20260102T101500Z.before-002.db'])
  const copy = join(place.path, 'before-upgrade', 'shop.20260102T101500Z.before-002.db')
  assert.deepEqual(logged[0], { message: 'data were copied before their upgrade', service: 'shop', copy, migrations: ['002', '003'] })
  assert.equal(statSync(copy).mode & 0o777, 0o600)
  assert.equal(statSync(join(place.path, 'before-upgrade')).mode & 0o777, 0o700)
  const database = new DatabaseSync(copy, { readOnly: true })
  assert.deepEqual(
    database
      .prepare('SELECT x FROM t1')
      .all()
      .map(({ x }) => x),
    ['by 1'],
  )
  database.close()
  assert.deepEqual(await upgrade(place.path, 3, 2), [], 'a start without migrations copies nothing')
})

test('the copies of the last three upgrades of each service are kept', async () => {
  await using place = await temporaryDirectory()
  for (let count = 1; count <= 6; count++) await upgrade(place.path, count, count)
  const kept = [4, 5, 6].map((day) => `2026010${day + 1}T101500Z.before-00${day}.db`)
  assert.deepEqual(copies(place.path), [...kept.map((name) => `shop.${name}`), ...kept.map((name) => `till.${name}`)])
})

test('a failed upgrade leaves no copies behind, however often it is tried', async () => {
  await using place = await temporaryDirectory()
  await upgrade(place.path, 1)
  for (let day = 1; day <= 5; day++)
    await assert.rejects(
      upgrade(place.path, 2, day, () => {
        throw new Error('pulled the plug')
      }),
    )
  await upgrade(place.path, 1, 6)
  assert.deepEqual(copies(place.path), [])
})
