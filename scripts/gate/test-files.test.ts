import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { INTEGRATION, JOURNEY, POSTGRES, testFiles, UNIT, wordsWithoutFile } from './test-files.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')

test('every test file of the repository is in one list', () => {
  const listed = [UNIT, INTEGRATION, JOURNEY, POSTGRES].flatMap((globs) => testFiles(globs))
  const all = globSync('**/*.{test,integration,journey,postgres}.ts', {
    exclude: ['**/node_modules/**', '**/dist/**', 'data/**', '.*/**'],
  })
  assert.deepEqual(listed.toSorted(), all.map((file) => file.replaceAll('\\', '/')).toSorted())
  assert.ok(listed.some((file) => file.startsWith('examples/') && file.endsWith('.test.ts')))
})

test('finds the words of a filter that are in no path', () => {
  assert.deepEqual(wordsWithoutFile(UNIT, ['gate/test-files', 'ordres', 'scripts']), ['ordres'])
})

test('a filter that matches nothing, wholly or in part, and an unknown option are refused before anything runs', () => {
  for (const [args, says] of [
    [['no-such-thing'], /no test file has "no-such-thing" in its path; nothing was run/],
    [['scripts/gate/result', 'ordres'], /"ordres"/],
    [['--grep', 'saga'], /no option --grep/],
  ] as const) {
    const { status, stderr, stdout } = spawnSync(process.execPath, [path.join(ROOT, 'scripts/test.ts'), ...args], { encoding: 'utf8' })
    assert.equal(status, 2, stderr)
    assert.match(stderr, says)
    assert.equal(stdout, '')
  }
})
