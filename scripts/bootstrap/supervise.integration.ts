import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'

const folder = mkdtempSync(path.join(tmpdir(), 'banyan-supervise-'))
after(() => rmSync(folder, { recursive: true }))

// A server in small: says its process id, then each request to stop, and ends 50 ms after the first with the exit code it was given.
const server = path.join(folder, 'server.mjs')
writeFileSync(
  server,
  `const timer = setInterval(() => {}, 1000)
let stopping = false
const stop = (why) => {
  console.log(why)
  if (process.argv[2] === 'held') for (;;);
  if (!stopping) setTimeout(() => { console.log('drained'); process.exit(Number(process.argv[2])) }, 50)
  stopping = true
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop(signal))
process.on('disconnect', () => stop('disconnect'))
console.log(process.pid + ' ' + process.env.BANYAN_PARENT_IPC)
`,
)
const wrapper = path.join(folder, 'wrapper.mjs')
writeFileSync(
  wrapper,
  `import { supervise } from ${JSON.stringify(path.join(import.meta.dirname, 'supervise.mjs'))}
process.exitCode = await supervise({ node: process.execPath, args: ${JSON.stringify([server])}.concat(process.argv[2]), root: ${JSON.stringify(folder)}, killMs: Number(process.argv[3] ?? 30_000) })`,
)

/** Starts the wrapper; resolves when its server is up. `lines` ends when both processes are gone, since both hold the pipe. */
async function startWrapper(exitCode: number | 'held', killMs = 30_000): Promise<{ wrapper: ChildProcess; lines: AsyncIterator<string> }> {
  const { npm_lifecycle_event: _event, ...env } = process.env
  const child = spawn(process.execPath, [wrapper, String(exitCode), String(killMs)], { stdio: ['ignore', 'pipe', 'inherit'], env })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  assert.match((await lines.next()).value ?? '', /^\d+ 1$/)
  return { wrapper: child, lines }
}

async function rest(lines: AsyncIterator<string>): Promise<string[]> {
  const read: string[] = []
  for (let line = await lines.next(); !line.done; line = await lines.next()) read.push(line.value)
  return read
}

test('a stop that arrives from terminal and npm at once reaches the child once, and a clean end is exit code 0', async () => {
  const { wrapper, lines } = await startWrapper(0)
  const exited = once(wrapper, 'exit')
  wrapper.kill('SIGINT')
  assert.equal((await lines.next()).value, 'SIGINT')
  wrapper.kill('SIGINT')
  wrapper.kill('SIGTERM')
  assert.deepEqual(await rest(lines), ['drained'])
  assert.deepEqual(await exited, [0, null])
})

test("the wrapper ends with the child's exit code", async () => {
  const { wrapper, lines } = await startWrapper(74)
  const exited = once(wrapper, 'exit')
  wrapper.kill('SIGTERM')
  assert.deepEqual(await rest(lines), ['SIGTERM', 'drained'])
  assert.deepEqual(await exited, [74, null])
})

test('a closed terminal is a request to stop', async () => {
  const { wrapper, lines } = await startWrapper(0)
  wrapper.kill('SIGHUP')
  assert.deepEqual(await rest(lines), ['SIGTERM', 'drained'])
})

test('a child whose wrapper is killed drains and ends', async () => {
  const { wrapper, lines } = await startWrapper(0)
  wrapper.kill('SIGKILL')
  assert.deepEqual(await rest(lines), ['disconnect', 'drained'])
})

test('a child that was asked to stop and holds its own loop is killed', async () => {
  const { wrapper, lines } = await startWrapper('held', 200)
  const exited = once(wrapper, 'exit')
  wrapper.kill('SIGTERM')
  assert.deepEqual(await rest(lines), ['SIGTERM'])
  assert.deepEqual(await exited, [137, null])
})
