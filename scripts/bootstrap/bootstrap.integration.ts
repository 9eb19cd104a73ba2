// The door of the repository, called as people call it: through npm, and directly.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'

const ROOT = path.resolve(import.meta.dirname, '../..')
const BOOTSTRAP = path.join(ROOT, 'scripts/bootstrap.mjs')
const DEADLINE_MS = 60_000
const outside = realpathSync(mkdtempSync(path.join(tmpdir(), 'banyan-door-')))
const inside = realpathSync(mkdtempSync(path.join(ROOT, 'examples/door-')))
after(() => [outside, inside].forEach((folder) => rmSync(folder, { recursive: true })))

/** Runs a command in a folder; npm's own variables are those of the shell that a person has. */
async function run(folder: string, command: string, args: readonly string[], environment: Record<string, string> = {}) {
  const { npm_lifecycle_event: _event, INIT_CWD: _called, ...env } = process.env
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...env, PORT: '0', BANYAN_DATA: path.join(outside, 'data'), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: DEADLINE_MS,
  })
  child.stdout.on('data', (chunk: Buffer) => chunk.includes('ready in') && child.kill()) // a platform that runs although none should
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, errors }
}

test('`banyan` looks into the folder in which it was called, by npm or directly, also inside of another npm script', async () => {
  const npmScript = { npm_lifecycle_event: 'banyan', INIT_CWD: ROOT } // of a project that calls the door in a script of the same name
  for (const folder of [outside, inside])
    for (const { code, errors } of await Promise.all([
      run(folder, process.execPath, [BOOTSTRAP, 'banyan', 'start']),
      run(folder, process.execPath, [BOOTSTRAP, 'banyan', 'start'], npmScript),
      run(folder, 'npm', ['--prefix', ROOT, 'run', '--silent', 'banyan', '--', 'start']),
    ])) {
      assert.equal(code, 2, errors)
      assert.ok(errors.includes(`there is no ${path.join(folder, 'platform.ts')}`), errors)
    }
})

test('a verb that it does not know is refused with those that there are', async () => {
  const { code, errors } = await run(outside, process.execPath, [BOOTSTRAP, 'dance'])
  assert.equal(code, 2)
  assert.match(errors, /expected one of start, banyan, test/)
})
