import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { runTests } from './test-run.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'banyan-planted-'))
after(() => rmSync(folder, { recursive: true }))

const header = `import { describe, it, test, before } from 'node:test'\nimport assert from 'node:assert'\n`

/** Runs one planted test file and returns what the gate makes of it. */
async function planted(name: string, body: string, deadlineMs = 20_000) {
  const file = path.join(folder, `${name}.test.mjs`)
  writeFileSync(file, header + body)
  const { passed, failures, skips } = await runTests({ name: 'planted', files: [file], deadlineMs, testDeadlineMs: 10_000 })
  return { passed, failed: failures.map((failure) => failure.name), details: failures.map((failure) => failure.detail).join('\n'), skips }
}

test('counts tests, not the suites and parents around them', async () => {
  const result = await planted('counts', `describe('a', () => { it('b', () => {}) }); test('c', (t) => t.test('d', () => {}))`)
  assert.deepEqual([result.passed, result.failed], [3, []])
})

test('names a failure by its suite and shows its error and place once', async () => {
  const result = await planted('fails', `describe('a', () => { it('b', () => assert.equal(1, 2)) })`)
  assert.deepEqual(result.failed, ['a > b'])
  assert.match(result.details, /1 == 2[\s\S]*fails\.test\.mjs:3/)
})

test('fails when a hook fails', async () => {
  const result = await planted('hook', `describe('a', () => { before(() => { throw new Error('no server') }); it('b', () => {}) })`)
  assert.match(result.details, /no server/)
})

test('fails when a file cannot be loaded', async () => {
  assert.match((await planted('broken', `await import('./nowhere.mjs')`)).details, /nowhere/)
})

test('fails when a file runs no test', async () => {
  const result = await planted('empty', '')
  assert.deepEqual([result.passed, result.details], [0, 'ran no test'])
})

test('fails when the process ends early with exit code 0', async () => {
  assert.match((await planted('early', `test('a', () => process.exit(0)); test('b', () => {})`)).details, /ended early/)
})

test('fails when an error comes after the end of a test', async () => {
  const result = await planted('late', `test('a', () => { setTimeout(() => { throw new Error('late') }, 20) })`)
  assert.match(result.details, /although no test failed[\s\S]*late/)
})

test('fails when listeners leak, though no test fails', async () => {
  const add = 'for (let count = 0; count < 11; count++) process.on("exit", () => {})'
  const { passed, details } = await planted('leak', `test('a', () => { ${add} })`)
  assert.equal(passed, 1)
  assert.match(details, /listeners leak: MaxListenersExceededWarning.* 11 exit listeners added to \[process\]/)
})

test('fails when something keeps the process alive', async () => {
  const result = await planted('alive', `test('a', () => { setInterval(() => {}, 1000) })`, 1_500)
  assert.equal(result.passed, 1)
  assert.match(result.details, /did not end within 1.5 s/)
})

test('lists a skip with its reason and fails one without', async () => {
  const result = await planted(
    'skips',
    `test('a', { skip: 'needs a moon' }, () => {}); test('b', { skip: true }, () => {}); test('c', () => {})`,
  )
  assert.deepEqual(result.skips, [{ name: 'a', reason: 'needs a moon' }])
  assert.deepEqual(result.failed, ['b'])
})
