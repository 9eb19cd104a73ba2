import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import type { Mutant } from './mutant.ts'
import { huntMutants } from './mutant-hunt.ts'

const SUM = 'export const sum = (a: number, b: number): number => a + b\n'
const TEST = `import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sum } from '@kit/sum'
test('adds', () => assert.equal(sum(1, 2), 3))
test('adds nothing', () => assert.equal(sum(1, 0), 1))
test('is wrong already', () => assert.equal(sum(1, 1), 3))
`
const repository = aRepository()
after(() => rmSync(repository, { recursive: true, force: true }))

test('shows what is caught, what survives and what proves nothing; the repository stays as it was', async () => {
  const mutants = [
    aMutant('caught', { replace: 'a - b', test: 'adds' }),
    aMutant('survived', { replace: 'a - b', test: 'adds nothing' }),
    aMutant('does not load', { replace: 'a +', test: 'adds' }),
    aMutant('throws', { replace: 'a.b.c', test: 'adds' }),
    aMutant('stale', { find: 'a * b', replace: 'a / b', test: 'adds' }),
    aMutant('fails without it', { replace: 'a - b', test: 'is wrong already' }),
    aMutant('has no test', { replace: 'a - b', test: 'subtracts' }),
    { ...aMutant('needs a server', { replace: 'a - b', test: 'adds' }), caughtBy: { file: 'sum.postgres.ts' } },
  ]
  const heard: string[] = []
  const results = await huntMutants({
    repository,
    mutants,
    concurrency: 2,
    hasPostgres: false,
    onResult: ({ mutant }) => heard.push(mutant.name),
  })
  assert.deepEqual(Object.fromEntries(results.map(({ mutant, outcome }) => [mutant.name, outcome])), {
    caught: 'caught',
    survived: 'survived',
    'does not load': 'broken',
    throws: 'broken',
    stale: 'broken',
    'fails without it': 'broken',
    'has no test': 'broken',
    'needs a server': 'not run',
  })
  assert.deepEqual([results[0]?.test, results[0]?.detail], ['adds', 'Expected values to be strictly equal: -1 !== 3'])
  assert.match(results[3]?.detail ?? '', /did not fail by an assertion/)
  assert.match(results[4]?.detail ?? '', /stale/)
  assert.match(results[5]?.detail ?? '', /fails without it/)
  assert.equal(heard.length, mutants.length)
  assert.equal(readFileSync(path.join(repository, 'packages', 'sum', 'sum.ts'), 'utf8'), SUM)
})

/** A repository with one workspace, linked as npm links it, and a test beside it. */
function aRepository(): string {
  const root = mkdtempSync(path.join(tmpdir(), 'banyan-hunt-test-'))
  const write = (file: string, text: string): void => {
    mkdirSync(path.join(root, path.dirname(file)), { recursive: true })
    writeFileSync(path.join(root, file), text)
  }
  write('.gitignore', 'node_modules/\n')
  write('package.json', '{ "type": "module" }')
  write('packages/sum/package.json', '{ "name": "@kit/sum", "type": "module", "exports": "./sum.ts" }')
  write('packages/sum/sum.ts', SUM)
  write('sum.test.ts', TEST)
  mkdirSync(path.join(root, 'node_modules', '@kit'), { recursive: true })
  symlinkSync(path.join('..', '..', 'packages', 'sum'), path.join(root, 'node_modules', '@kit', 'sum'), 'junction')
  execFileSync('git', ['init', '--quiet'], { cwd: root })
  assert.deepEqual(readdirSync(path.join(root, 'node_modules', '@kit')), ['sum'])
  return root
}

function aMutant(name: string, { find = 'a + b', replace, test: title }: { find?: string; replace: string; test: string }): Mutant {
  const caughtBy = { file: 'sum.test.ts', test: title }
  return { name, mistake: `${name} it`, promises: ['P1'], file: 'packages/sum/sum.ts', find, replace, caughtBy }
}
