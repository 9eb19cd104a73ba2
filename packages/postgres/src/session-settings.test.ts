import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectionTarget } from './connection-target.ts'
import type { Part } from './frontend-messages.ts'
import { refuseTransactionPooling, settle } from './session-settings.ts'

const target = connectionTarget({ url: 'postgres://db/shop', schema: 'orders', process: 'abcdef', statementTimeoutMs: 10_000 })

/** A server's process with settings of its own. */
interface Backend {
  readonly pid: number
  readonly settings: Map<string, string>
}

const aBackend = (pid: number): Backend => ({ pid, settings: new Map([['search_path', 'public']]) })

/** A connection whose transactions run where `next` says. */
function line(next: (text: string) => Backend) {
  return {
    async send(parts: readonly Part[]) {
      return parts.map(({ text, values }) => {
        const backend = next(text)
        if (text.includes('set_config')) backend.settings.set(values[0] as string, values[1] as string)
        if (text.includes('pg_backend_pid')) return { rows: [{ pid: backend.pid }] }
        return { rows: [...backend.settings].map(([name, setting]) => ({ name, setting })) }
      })
    },
  }
}

/** Two clients of a pooler that gives each transaction the backend it used longest, or least long, ago. */
function transactionPool(takes: 'oldest' | 'newest', size: number) {
  const free = Array.from({ length: size }, (_, index) => aBackend(index + 1))
  return () =>
    line(() => {
      const backend = (takes === 'oldest' ? free.shift() : free.pop()) as Backend
      free.push(backend)
      return backend
    })
}

test('settings that a pooler dropped are set, and are there in the next transaction', async () => {
  const backend = aBackend(1)
  await settle(
    line(() => backend),
    target,
  )
  assert.deepEqual([...backend.settings], [...target.settings])
})

test('settings that do not last are refused', async () => {
  const resets = line(() => aBackend(1))
  await assert.rejects(settle(resets, target), { code: 'misuse', message: /does not keep search_path.*pool_mode = session/ })
})

test('sessions that share nothing are accepted, transactions that share connections refused', async () => {
  const [one, two] = [aBackend(1), aBackend(2)]
  await refuseTransactionPooling(
    line(() => one),
    line(() => two),
    target,
  )
  for (const takes of ['oldest', 'newest'] as const)
    for (const size of [1, 2, 3, 4, 8]) {
      const client = transactionPool(takes, size)
      await assert.rejects(
        refuseTransactionPooling(client(), client(), target),
        { code: 'misuse', message: /pools transactions/ },
        `${takes} of ${size}`,
      )
    }
})
