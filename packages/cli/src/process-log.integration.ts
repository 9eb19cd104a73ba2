import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { test } from 'node:test'

const here = (file: string): string => JSON.stringify(path.join(import.meta.dirname, file))

/** What a process writes to standard error that logs like this. */
function logged(script: string, environment: Readonly<Record<string, string>> = {}): string {
  const source = `import { processLog } from ${here('process-log.ts')}\nconst log = processLog(process.env)\n${script}\nlog.flush()`
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', source], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
    maxBuffer: 100_000_000,
  })
  return stderr
}

test('the log of a process is JSON where nobody looks, and readable where the environment asks for it', () => {
  const one = "log.error('failed', { service: 'orders', orderId: 'o-1' })"
  assert.match(
    logged(one, { BANYAN_LOG_FORMAT: '' }),
    /^\{"time":"[^"]+","level":"error","message":"failed","service":"orders","orderId":"o-1"\}\n$/,
  )
  assert.match(logged(one, { BANYAN_LOG_FORMAT: 'human' }), /^\d\d:\d\d:\d\d\.\d{3} ERROR orders failed orderId=o-1\n$/)
  assert.match(logged(one, { BANYAN_LOG_FORMAT: 'pretty' }), /BANYAN_LOG_FORMAT is "pretty"; it must be "human" or "json"/)
})

test('an event type that no handler can read writes kilobytes, not hundreds of megabytes', () => {
  const stderr = logged(`for (let position = 1; position <= 50_000; position++)
    log.with({ service: 'shipping', consumer: 'main' }).error('event parked: its handler keeps failing', {
      type: 'order.created', position, attempts: 5, error: new TypeError('cannot read event ' + position) })`)
  assert.ok(stderr.length < 10_000, String(stderr.length))
  assert.match(stderr, /"times":49999/)
})

test('an old Node is told which one is needed, with an exit code of its own', () => {
  const old = 'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"18.19.0"}})'
  const door = path.join(import.meta.dirname, 'banyan.mjs')
  const { status, stderr } = spawnSync(process.execPath, ['--import', old, door, 'sagas'], { encoding: 'utf8' })
  assert.equal(status, 69, stderr)
  assert.match(stderr, /Node 26 or newer is needed; this is Node 18\.19\.0/)
  assert.doesNotMatch(stderr, /SyntaxError|\n {4}at /)
})
