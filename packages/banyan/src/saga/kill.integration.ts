import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { createRuntime } from '../kernel/runtime.ts'
import { sqliteStores } from '../store/sqlite/index.ts'
import { BOOK_TABLE } from './book-table.testsuite.ts'

const CHILD = fileURLToPath(new URL('kill-child.testsuite.ts', import.meta.url))
/** Sagas that one process runs at a time; each has about a dozen fault points. */
const SAGAS = 9
const POINTS = [
  'order.before-journal',
  'order.after-journal',
  'order.before-action',
  'order.after-action',
  'order.before-compensation',
  'order.after-compensation',
]
const STORE_POINTS = ['kills.before-begin', 'kills.before-commit', 'kills.after-commit']
/** A long way into the story, in its middle, and at its very start. */
const VISITS = [1, 7, 20]

for (const point of [...POINTS, ...STORE_POINTS])
  for (const visit of point.endsWith('compensation') ? [1, 4] : VISITS)
    test(`P7 P8: killed at ${point}, visit ${visit}, then started again: every accepted saga ends, once, with nothing left over`, async () => {
      const directory = mkdtempSync(join(tmpdir(), 'banyan-kill-'))
      try {
        await live(directory, point, visit, SAGAS)
        await live(directory, point, 5, 0) // the second life may be killed as well, if it comes so far
        assert.equal(await live(directory, '-', 1, 0), 0)
        await inspect(directory)
      } finally {
        rmSync(directory, { recursive: true, force: true })
      }
    })

async function live(directory: string, point: string, visit: number, sagas: number): Promise<number | null> {
  const child = spawn(execPath, [CHILD, directory, point, String(visit), String(sagas)], { stdio: ['ignore', 'ignore', 'inherit'] })
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  assert.ok(code === 0 || signal === 'SIGKILL', `the child ended with ${code ?? signal}`)
  return code
}

async function inspect(directory: string): Promise<void> {
  const store = await sqliteStores({ directory, readOnly: true }).open({
    service: 'kills',
    migrations: [BOOK_TABLE],
    runtime: createRuntime(),
  })
  try {
    const sagas = await store.read((tx) => tx.sagas.list({ limit: 1_000 }))
    const book = (await store.read((tx) => tx.sql.all<{ entry: string }>('SELECT entry FROM book'))).map(({ entry }) => entry)
    const requests = readLines(join(directory, 'ledger.txt'))
    for (const id of readLines(join(directory, 'accepted.txt')))
      assert.ok(
        sagas.some((saga) => saga.id === id),
        `${id} was accepted and is lost`,
      )
    for (const { id, status } of sagas) {
      const declined = Number(id.slice(1)) % 3 === 0
      assert.equal(status, declined ? 'compensated' : 'completed', id)
      const steps = await store.read((tx) => tx.sagas.steps(id))
      assert.deepEqual([...new Set(steps.map(({ state }) => state))], [declined ? 'compensated' : 'done'], id)
      const entries = book.filter((entry) => entry.startsWith(`${id}:`)).toSorted()
      assert.deepEqual(entries, declined ? [`${id}:book`, `${id}:book:undo`] : [`${id}:book`, `${id}:note`], 'local steps run exactly once')
      assertOutside(id, declined, requests)
    }
  } finally {
    await store.close()
  }
}

/** What was done outside stands or is undone, as the saga ended, and nothing was done after it was undone. */
function assertOutside(id: string, declined: boolean, requests: readonly string[]): void {
  const own = requests.filter((request) => request.includes(` ${id}:`))
  const last = (step: string) => own.findLast((request) => request.endsWith(` ${id}:${step}`))
  if (declined) assert.equal(last('reserve'), `undo ${id}:reserve`)
  else assert.deepEqual(['reserve', 'charge', 'ship'].map(last), [`do ${id}:reserve`, `do ${id}:charge`, `do ${id}:ship`])
}

function readLines(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').filter(Boolean) : []
}
