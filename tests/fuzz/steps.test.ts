import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ApiOperation } from './api-document.ts'
import type { Caller } from './callers.ts'
import { steps } from './steps.ts'

const operation: ApiOperation = {
  id: 'things.list',
  tag: 'things',
  method: 'GET',
  path: '/things',
  parameters: [],
  body: undefined,
  answers: new Map(),
  open: true,
}
const ann: Caller = { name: 'ann', stranger: false, headers: () => Promise.resolve({}) }
const SAMPLES = 1_000

for (const share of [0, 0.1, 0.5])
  test(`of the requests, ${share * 100} % are flawed when so many are asked for`, () => {
    const drawn = fc.sample(steps(operation, [ann], share), { numRuns: SAMPLES, seed: 1 })
    const flawed = drawn.filter(({ flaw }) => flaw !== undefined).length / SAMPLES
    assert.ok(Math.abs(flawed - share) < 0.05, `${flawed}`)
  })
