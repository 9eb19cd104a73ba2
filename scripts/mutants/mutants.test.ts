import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { CATALOGUE } from './catalogue.ts'
import type { Mutant } from './mutant.ts'
import { tally } from './mutant-report.ts'
import { mutantResult } from './mutant-result.ts'
import { mutated, StaleMutant } from './plant.ts'
import { judgeReport } from './test-verdict.ts'

const ROOT = path.resolve(import.meta.dirname, '..', '..')
const END = { kind: 'end' } as const

test('every mutant fits the code of today, and names a test file that exists', () => {
  for (const mutant of CATALOGUE) {
    mutated(readFileSync(path.join(ROOT, mutant.file), 'utf8'), mutant)
    assert.ok(existsSync(path.join(ROOT, mutant.caughtBy.file)), mutant.caughtBy.file)
    for (const promise of mutant.promises) assert.match(promise, /^(?:P(?:[1-9]|1[0-6])|law \d+|decision \d+)$/)
  }
  assert.equal(new Set(CATALOGUE.map(({ name }) => name)).size, CATALOGUE.length)
})

test('a mutant whose text is not there once, or that changes nothing, is stale', () => {
  const mutant = aMutant({ find: 'b', replace: '$&c' })
  assert.equal(mutated('abc', mutant), 'a$&cc')
  assert.throws(() => mutated('ac', mutant), StaleMutant)
  assert.throws(() => mutated('abcb', mutant), /stale: its text is in file.ts 2 times/)
  assert.throws(() => mutated('abc', { ...mutant, replace: 'b' }), StaleMutant)
})

test('only an assertion that fails in the listed test catches a mutant', () => {
  const failed = { kind: 'failed', name: 'keeps order', where: '' } as const
  const outcome = (mutant: Mutant, ...report: Parameters<typeof judgeReport>[1]): string =>
    mutantResult(mutant, judgeReport('a.test.ts', report, 'was ended by SIGKILL'), 1).outcome
  const mutant = aMutant()
  assert.equal(outcome(mutant, { ...failed, detail: 'AssertionError [ERR_ASSERTION]: 1 !== 2' }, END), 'caught')
  assert.equal(outcome(mutant, { ...failed, detail: 'Error: Property failed\n  [cause]: AssertionError: 1 !== 2' }, END), 'caught')
  assert.equal(outcome(mutant, { kind: 'passed', name: 'keeps order' }, END), 'survived')
  assert.equal(outcome(mutant, END), 'broken', 'no test ran')
  assert.equal(outcome(mutant, { ...failed, detail: 'TypeError: x is not a function' }, END), 'broken')
  assert.equal(
    outcome(mutant, { ...failed, name: 'a.test.ts', detail: 'SyntaxError: Unexpected token' }, END),
    'broken',
    'it does not load',
  )
  assert.equal(outcome(mutant, { ...failed, name: 'a.test.ts', detail: 'AssertionError: while loading' }, END), 'broken')
  assert.equal(outcome(mutant), 'broken', 'the process was ended')
})

test('running out of time catches only a mutant that breaks liveness', () => {
  const report = [{ kind: 'failed', name: 'goes on', where: '', detail: 'test timed out after 30000ms' }, END] as const
  const verdict = judgeReport('a.test.ts', report, '')
  assert.equal(mutantResult(aMutant(), verdict, 1).outcome, 'broken')
  assert.equal(mutantResult(aMutant({ isLiveness: true }), verdict, 1).outcome, 'caught')
})

test('a mutant that was not run is a failure where everything must run', () => {
  const results = [
    { mutant: aMutant(), outcome: 'caught', detail: '', durationMs: 1 },
    { mutant: aMutant(), outcome: 'not run', detail: '', durationMs: 0 },
  ] as const
  assert.deepEqual(tally(results, false), { passed: 1, failed: 0 })
  assert.deepEqual(tally(results, true), { passed: 1, failed: 1 })
})

function aMutant(given: Partial<Mutant> = {}): Mutant {
  const caughtBy = { file: 'a.test.ts' }
  return { name: 'a', mistake: 'a mistake', promises: ['P1'], file: 'file.ts', find: 'a', replace: 'b', caughtBy, ...given }
}
