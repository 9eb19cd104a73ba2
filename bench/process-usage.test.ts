import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { treeCpuMs } from './process-usage.ts'

test("a process's CPU time includes that of a child that has ended", () => {
  const before = treeCpuMs(process.pid)
  spawnSync(process.execPath, ['-e', 'while (process.cpuUsage().user < 60_000);'])
  const used = treeCpuMs(process.pid) - before
  assert.ok(used >= 30, `expected at least 30 ms; got ${used}`)
})

test('a process that is gone has used nothing', () => {
  const { pid } = spawnSync(process.execPath, ['-e', ''])
  assert.equal(treeCpuMs(pid), 0)
})
