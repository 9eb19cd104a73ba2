import assert from 'node:assert/strict'
import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { temporaryDirectory } from '@banyan/testing'
import { createRuntime } from 'banyan/kernel'
import type { AuthorizeRequest } from '../provider.ts'
import { createFakeProvider } from './fake-provider.ts'
import { readBook } from './read-book.ts'

const runtime = createRuntime()
const EUR = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })

function aRequest(overrides: Partial<AuthorizeRequest> = {}): AuthorizeRequest {
  return { key: 'o1:authorize:1', amount: EUR(1_000), methodToken: 'tok_ok', orderId: 'o1', ...overrides }
}
function openProvider(slowMs = 60) {
  const directory = temporaryDirectory()
  const file = path.join(directory.path, 'book', 'fake.db')
  const provider = createFakeProvider({ file, runtime, slowMs })
  return {
    provider,
    file,
    charges: () => {
      const book = readBook(file)
      const charges = book.charges({ after: '', upTo: undefined })
      book.close()
      return charges
    },
    async [Symbol.asyncDispose]() {
      await provider[Symbol.asyncDispose]()
      directory[Symbol.dispose]()
    },
  }
}
const soon = (ms = 5_000): AbortSignal => AbortSignal.timeout(ms)

test('carries a key out once and repeats its reply', async () => {
  await using at = openProvider()
  const first = await at.provider.authorize(aRequest(), soon())
  assert.equal(first.kind, 'succeeded')
  assert.deepEqual(await at.provider.authorize(aRequest(), soon()), first)
  assert.deepEqual(await at.provider.find('o1:authorize:1', soon()), { kind: 'found', outcome: first })
  assert.equal(at.charges().length, 1)
})

test('keeps its book from all but its owner, also when the process does not care', async () => {
  await using at = openProvider()
  await at.provider.authorize(aRequest(), soon())
  const directory = path.dirname(at.file)
  assert.equal(statSync(directory).mode & 0o777, 0o700)
  for (const name of readdirSync(directory)) assert.equal(statSync(path.join(directory, name)).mode & 0o777, 0o600, name)
})

test('rejects another request under a key that was used', async () => {
  await using at = openProvider()
  await at.provider.authorize(aRequest(), soon())
  for (const other of [{ amount: EUR(999) }, { amount: { amountMinor: 1_000, currency: 'USD' } }, { methodToken: 'tok_declined' }])
    assert.deepEqual(await at.provider.authorize(aRequest(other), soon()), { kind: 'rejected', code: 'idempotency_mismatch' })
  assert.equal(at.charges()[0]?.authorizedMinor, 1_000)
})

test('says that a key is in progress while its first request runs, also to a look-up', async () => {
  await using at = openProvider()
  const request = aRequest({ methodToken: 'tok_slow' })
  const first = at.provider.authorize(request, soon())
  assert.deepEqual(await at.provider.authorize(request, soon()), { kind: 'unknown', cause: 'in_progress' })
  assert.deepEqual(await at.provider.find(request.key, soon()), { kind: 'in_progress' })
  assert.equal((await first).kind, 'succeeded')
})

test('goes on with a request for which nobody waits any more', async () => {
  await using at = openProvider()
  const request = aRequest({ methodToken: 'tok_slow' })
  assert.deepEqual(await at.provider.authorize(request, soon(10)), { kind: 'unknown', cause: 'timeout' })
  while ((await at.provider.find(request.key, soon())).kind === 'in_progress') await new Promise((resolve) => setTimeout(resolve, 5))
  assert.equal((await at.provider.find(request.key, soon())).kind, 'found')
})

test('behaves by token', async () => {
  await using at = openProvider()
  const outcome = async (token: string) =>
    at.provider.authorize(aRequest({ methodToken: token, key: `${token}:authorize:1`, orderId: token }), soon(50))
  const known = async (token: string) => (await at.provider.find(`${token}:authorize:1`, soon())).kind
  assert.deepEqual(await outcome('tok_declined'), { kind: 'declined', code: 'card_declined', retryable: false })
  assert.deepEqual(await outcome('tok_insufficient_funds'), { kind: 'declined', code: 'insufficient_funds', retryable: true })
  assert.deepEqual(await outcome('tok_nonsense'), { kind: 'rejected', code: 'invalid_token' })
  assert.deepEqual(
    [await outcome('tok_timeout_before'), await known('tok_timeout_before')],
    [{ kind: 'unknown', cause: 'timeout' }, 'absent'],
  )
  assert.deepEqual([await outcome('tok_timeout_after'), await known('tok_timeout_after')], [{ kind: 'unknown', cause: 'timeout' }, 'found'])
  assert.deepEqual([await outcome('tok_error_after'), await known('tok_error_after')], [{ kind: 'unknown', cause: 'error' }, 'found'])
  assert.equal((await outcome('tok_timeout_after')).kind, 'succeeded', 'the same key again gets the stored reply')
  assert.deepEqual(
    at.charges().map(({ orderId }) => orderId),
    ['tok_error_after', 'tok_timeout_after'],
  )
})

test('captures, voids and refunds no more than there is', async () => {
  await using at = openProvider()
  const authorized = await at.provider.authorize(aRequest(), soon())
  assert.equal(authorized.kind, 'succeeded')
  const { ref } = authorized as { ref: string }
  const tooLarge = { kind: 'rejected', code: 'amount_too_large' }
  assert.deepEqual(await at.provider.capture({ key: 'c0', ref, amount: EUR(1_001) }, soon()), tooLarge)
  assert.equal((await at.provider.capture({ key: 'c1', ref, amount: EUR(1_000) }, soon())).kind, 'succeeded')
  assert.deepEqual(await at.provider.capture({ key: 'c2', ref, amount: EUR(1) }, soon()), tooLarge)
  assert.deepEqual(await at.provider.void({ key: 'v1', ref, amount: EUR(1_000) }, soon()), tooLarge)
  assert.equal((await at.provider.refund({ key: 'r1', ref, amount: EUR(600) }, soon())).kind, 'succeeded')
  assert.deepEqual(await at.provider.refund({ key: 'r2', ref, amount: EUR(500) }, soon()), tooLarge)
  assert.deepEqual(await at.provider.capture({ key: 'c3', ref: 'nobody', amount: EUR(1) }, soon()), {
    kind: 'rejected',
    code: 'unknown_charge',
  })
  const [charge] = at.charges()
  assert.deepEqual([charge?.capturedMinor, charge?.refundedMinor, charge?.voided], [1_000, 600, false])
})

test('keeps its book over a restart', async () => {
  await using at = openProvider()
  const first = await at.provider.authorize(aRequest(), soon())
  await using again = createFakeProvider({ file: at.file, runtime, slowMs: 1 })
  assert.deepEqual(await again.authorize(aRequest(), soon()), first)
})

test('takes over a book of an earlier release, and takes the tokens out of it', async () => {
  using directory = temporaryDirectory()
  const file = path.join(directory.path, 'fake.db')
  const request = aRequest({ methodToken: 'tok_error_after' })
  const first = createFakeProvider({ file, runtime, slowMs: 1 })
  await first.authorize(request, soon())
  const outcome = await first.authorize(request, soon())
  await first[Symbol.asyncDispose]()
  {
    using old = new DatabaseSync(file)
    old.prepare('UPDATE request SET fingerprint = ?').run('authorize o1 tok_error_after 1000 EUR')
    old.exec('DROP TABLE identity; PRAGMA user_version = 0')
  }
  await using again = createFakeProvider({ file, runtime, slowMs: 1 })
  assert.deepEqual(await again.authorize(request, soon()), outcome, 'the same request still is')
  assert.match(again.book.id, /^[0-9a-f-]{36}$/)
  using read = new DatabaseSync(file, { readOnly: true })
  assert.doesNotMatch(JSON.stringify(read.prepare('SELECT * FROM request').all()), /tok_/)
})

test('a book that cannot be written or read leaves the outcome unknown and throws nothing (R2)', async () => {
  using directory = temporaryDirectory()
  const provider = createFakeProvider({ file: path.join(directory.path, 'fake.db'), runtime, slowMs: 1 })
  await provider[Symbol.asyncDispose]()
  assert.deepEqual(await provider.authorize(aRequest(), soon()), { kind: 'unknown', cause: 'error' })
  assert.deepEqual(await provider.find('o1:authorize:1', soon()), { kind: 'unknown' })
})
