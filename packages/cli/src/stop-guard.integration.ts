import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'

const GUARD = JSON.stringify(new URL('stop-guard.ts', import.meta.url).href)

/** Longer than the guard waits, on any machine: a process that ends later ended by itself. */
const HELD_MS = 20_000

async function run(afterMs: number, then: string): Promise<unknown[]> {
  const child = spawn(process.execPath, [
    '--input-type=module',
    '--eval',
    `import { guardStop } from ${GUARD}; guardStop(${afterMs}); ${then}`,
  ])
  child.stderr.pipe(process.stderr)
  return once(child, 'exit')
}

test('a process whose loop is held ends when its time to stop is over', async () => {
  assert.deepEqual(await run(200, `const until = Date.now() + ${HELD_MS}; while (Date.now() < until);`), [null, 'SIGKILL'])
})

test('a process that stops in time is not kept waiting by its guard', async () => {
  assert.deepEqual(await run(HELD_MS, 'process.exitCode = 3'), [3, null])
})
