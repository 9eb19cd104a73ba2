import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync } from 'node:fs'
import { execPath, geteuid, seteuid } from 'node:process'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createRuntime } from '../../kernel/runtime.ts'
import { TABLES } from '../suite/sql-test-state.testsuite.ts'
import { rejectsWith, SERVICE } from '../suite/store-harness.testsuite.ts'
import type { Store } from '../store.ts'
import type { SqliteChildReport } from './sqlite-child.testsuite.ts'
import { sqliteStores } from './sqlite-stores.ts'
import { temporaryDirectory } from './temporary-directory.testsuite.ts'
import type { Sql } from '../sql.ts'

const CHILD = fileURLToPath(new URL('sqlite-child.testsuite.ts', import.meta.url))

function open(directory: string, readOnly = false): Promise<Store<Sql>> {
  return sqliteStores({ directory, readOnly }).open({ service: SERVICE, migrations: TABLES, runtime: createRuntime() })
}

async function blobs(store: Store<Sql>): Promise<number | undefined> {
  const row = await store.read((tx) => tx.database.get<{ count: number }>('SELECT COUNT(*) AS count FROM blob'))
  return row?.count
}

/** Starts a child and reads its report. */
async function run(
  command: string,
  args: readonly string[],
): Promise<{ process: ChildProcess; report: SqliteChildReport; ended: Promise<unknown> }> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return { process: child, report: JSON.parse(line) as SqliteChildReport, ended }
}

test('S9 a write that the disk refuses ends the store; what was acknowledged is there, nothing is half done', async () => {
  await using directory = await temporaryDirectory()
  // a limit on the size of files makes real writes fail, as a broken disk would: 2,000 blocks of 512 bytes
  const script = `ulimit -f 2000; exec "${execPath}" "${CHILD}" "${directory.path}" fill`
  const { report, ended } = await run('/bin/sh', ['-c', script])
  await ended
  assert.equal(report.code, 'unavailable', report.message)
  assert.match(report.message, /check the disk/)
  assert.ok(report.committed > 5, String(report.committed))
  assert.equal(report.later, 'unavailable', 'it does not try the disk again')
  assert.equal(report.fatal, 1)
  const store = await open(directory.path)
  assert.equal(await blobs(store), report.committed)
  await store.close()
})

test('S10 an opener that was refused does not loosen the lock of its own process', async () => {
  await using directory = await temporaryDirectory()
  const owner = await open(directory.path)
  await rejectsWith(open(directory.path), 'unavailable', /held by process/)
  const { report, ended } = await run(execPath, [CHILD, directory.path, 'open'])
  await ended
  assert.equal(report.code, 'unavailable')
  assert.match(report.message, new RegExp(`held by process ${process.pid}`))
  await owner.close()
})

test('a reader sees what a killed platform had committed, before anyone starts it again', async () => {
  await using directory = await temporaryDirectory()
  const child = await run(execPath, [CHILD, directory.path, 'fill-and-hold'])
  assert.equal(child.report.committed, 500)
  child.process.kill('SIGKILL')
  await child.ended
  const reader = await open(directory.path, true)
  assert.equal(await blobs(reader), 500)
  await reader.close()
})

test('a directory without the right to write is refused with what to do', async () => {
  await using directory = await temporaryDirectory()
  chmodSync(directory.path, 0o555)
  const isRoot = geteuid?.() === 0
  if (isRoot) seteuid?.('nobody') // root may write everywhere
  try {
    await rejectsWith(open(directory.path), 'unavailable', /right to write/)
  } finally {
    if (isRoot) seteuid?.(0)
    chmodSync(directory.path, 0o700)
  }
})
