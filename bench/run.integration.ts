import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { test } from 'node:test'
import { SECTIONS } from './sections.ts'

const bench = (...args: readonly string[]) =>
  spawnSync(process.execPath, [path.join(import.meta.dirname, 'run.ts'), ...args], { encoding: 'utf8' })

test('help names every section and ends well', () => {
  const { status, stdout } = bench('--help')
  assert.equal(status, 0)
  for (const { name, measures } of SECTIONS) assert.match(stdout, new RegExp(`^ +${name} +${RegExp.escape(measures)}$`, 'm'))
})

test('an unknown section, a wrong number and an unknown option are refused before anything is measured', () => {
  for (const [args, message] of [
    [['--only', 'orders,speed'], /no section "speed"; there are orders/],
    [['--repeat', '0'], /--repeat: expected a whole number from 1 on; got "0"/],
    [['--fast'], /Unknown option '--fast'/],
  ] as const) {
    const { status, stderr } = bench(...args)
    assert.equal(status, 2)
    assert.match(stderr, message)
  }
})
