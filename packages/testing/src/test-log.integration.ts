import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const HEAD = `
import assert from 'node:assert/strict'
import { before, suite, test } from 'node:test'
import { contract, define, query, service, Type } from 'banyan'
import { testPlatform } from '@banyan/testing'
const cart = contract('cart', { operations: {
  total: query('GET /api/total', { input: Type.Object({ id: Type.String({ minLength: 3 }) }), output: Type.Object({ minor: Type.Integer() }), access: 'public' }),
} })
const parts = define(cart)
const services = (handler) => [service(parts.definition, { operations: [parts.operation('total', handler)] })]
const broken = services(async () => { throw new TypeError('rates is undefined') })
const wrong = services(async () => ({ minor: 1.5 }))
`

/** Below `node_modules`, where packages are found and nothing looks for tests. */
const CACHE = path.resolve(import.meta.dirname, '../../../node_modules/.cache')

/** Runs a test file against this package, and returns what its process wrote. */
function run(body: string): { status: number | null; output: string } {
  mkdirSync(CACHE, { recursive: true })
  using directory = mkdtempDisposableSync(path.join(CACHE, 'planted-'))
  const file = path.join(directory.path, 'planted.test.mjs')
  writeFileSync(file, HEAD + body)
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--test', '--test-isolation=none', file], { encoding: 'utf8', env })
  return { status, output: stdout + stderr }
}

test("shows the platform's log when the test that started it fails, and not otherwise", () => {
  const failed = run(`test('totals', async () => {
    await using shop = await testPlatform({ services: broken })
    await assert.rejects(shop.client(cart).total({ id: 'abc' }))
    assert.equal(1, 2)
  })`)
  assert.equal(failed.status, 1)
  assert.match(failed.output, /log of testPlatform with cart in "totals":\n {2}\S+ ERROR operation failed operation=cart\.total/)
  assert.match(failed.output, /TypeError: rates is undefined\n {10}at /)
  const passed = run(`test('totals', async () => {
    await using shop = await testPlatform({ services: broken })
    await assert.rejects(shop.client(cart).total({ id: 'abc' }))
  })`)
  assert.equal(passed.status, 0, passed.output)
  assert.doesNotMatch(passed.output, /log of testPlatform|operation failed/)
})

test('shows it at the end of the process where the platform was started for several tests', () => {
  const { output } = run(`suite('all', () => {
    let shop
    before(async () => { shop = await testPlatform({ services: broken }) })
    test('one', async () => { await shop.client(cart).total({ id: 'abc' }).catch(() => {}); await shop.stop(); assert.fail() })
  })`)
  assert.match(output, /log of testPlatform with cart:\n {2}\S+ ERROR operation failed/)
})
test('leaves no listener behind, however many platforms are started one after another', () => {
  const { status, output } = run(`
    const atFirst = process.listenerCount('exit')
    for (const name of Array.from({ length: 12 }, (_, index) => 'test ' + index))
      test(name, async () => { await using shop = await testPlatform({ services: broken }) })
    test('after them', () => assert.equal(process.listenerCount('exit'), atFirst))`)
  assert.equal(status, 0, output)
  assert.doesNotMatch(output, /MaxListenersExceededWarning/)
})

test('an error of a call says what went wrong inside: the exception, or the field that did not fit', () => {
  const { status, output } = run(`test('all', async () => {
    await using shop = await testPlatform({ services: broken })
    await assert.rejects(shop.client(cart).total({ id: 'abc' }), (error) => /TypeError: rates is undefined/.test(error.message) && error.cause instanceof TypeError)
    await using other = await testPlatform({ services: wrong })
    await assert.rejects(other.client(cart).total({ id: 'abc' }), /\\/minor must be integer/)
    await assert.rejects(other.client(cart).total({ id: 'a' }), /\\/id must/)
  })`)
  assert.equal(status, 0, output)
})

test('hands the log to whoever takes it, as it comes', () => {
  const { output, status } = run(`test('totals', async () => {
    const taken = []
    const take = (level) => (message, fields) => void taken.push([level, message, fields?.error?.message])
    const log = { debug: take('debug'), info: take('info'), warn: take('warn'), error: take('error') }
    await using shop = await testPlatform({ services: broken, log })
    await assert.rejects(shop.client(cart).total({ id: 'abc' }), /rates is undefined/)
    assert.deepEqual(taken.filter(([level]) => level === 'error'), [['error', 'operation failed', 'rates is undefined']])
    await using loud = await testPlatform({ services: broken, log: console })
    await assert.rejects(loud.client(cart).total({ id: 'abc' }))
  })`)
  assert.equal(status, 0, output)
  assert.match(output, /operation failed[\s\S]*rates is undefined/)
})
