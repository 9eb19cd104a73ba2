// The real shop on a machine whose clock is set: what was under way goes on, whatever the clock says now (P3, P7, P11).
import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { eventually, temporaryDirectory } from '@banyan/testing'
import { ADMIN, anOrder, registerUser, sellProducts, type ShopClient, shopClient } from './support/shop-client.ts'
import { type ShopProcess, startShop } from './support/shop-process.ts'
import { STRICT_AUDIT } from './support/strict-audit.ts'
import { runBanyan } from './support/banyan-command.ts'
import { dropTestSchemas } from './support/test-stores.ts'

const HALF_HOUR_MS = 1_800_000
const ORDERS = 12
/** Longest time in which an order that nothing holds up ends; much shorter than the jump. */
const ENDS_MS = 60_000
const prefixes: string[] = []

after(async () => {
  for (const prefix of prefixes) await dropTestSchemas(prefix)
})

function environment(flow: string, what: string): Record<string, string> {
  const prefix = `clock_${process.pid}_${flow.slice(0, 1)}_${what}_`
  prefixes.push(prefix)
  return {
    ...ADMIN,
    ...STRICT_AUDIT,
    BANYAN_SEED: 'off',
    BANYAN_RATE_LIMITS: 'off',
    BANYAN_ORDER_FLOW: flow,
    BANYAN_LEASE_MS: '2000',
    BANYAN_POSTGRES_SCHEMA_PREFIX: prefix,
  }
}

/** Places orders without waiting for their end; their payments take long. */
async function placed(client: ShopClient, when: string): Promise<string[]> {
  const answers = await Promise.all(
    Array.from({ length: ORDERS }, (_, number) =>
      client.request<{ id: string; status: string }>('POST', '/api/orders', anOrder({ sku: 'TEST-1', token: 'tok_slow' }), {
        'idempotency-key': `${when}-${number}`,
      }),
    ),
  )
  assert.ok(
    answers.every(({ status }) => status < 300),
    JSON.stringify(answers.map(({ body }) => body)),
  )
  return answers.map(({ body }) => body.id)
}

suite('a clock that is set back by half an hour', { concurrency: 2 }, () => {
  for (const flow of ['orchestration', 'choreography'])
    for (const end of ['stop', 'kill'] as const)
      test(`${flow}: orders under way at a ${end} end soon after the next start, and later ids sort after earlier ones`, async () => {
        using directory = temporaryDirectory()
        const settings = environment(flow, end)
        const { token, ids } = await interrupted(directory.path, settings, end)
        const back = { ...settings, BANYAN_CLOCK_OFFSET_MS: String(-HALF_HOUR_MS) }
        const second = await startShop({ directory: directory.path, environment: back })
        try {
          await allEnded(second, token, ids)
          const later = await placed(shopClient(second.url, token), 'later')
          assert.deepEqual([...ids.toSorted(), ...later.toSorted()], [...ids, ...later].toSorted())
          await allEnded(second, token, later)
          await audited({ ...back, BANYAN_DATA: directory.path })
        } finally {
          await second.stop()
        }
      })
})

/** Starts a shop, places orders, and ends it while they are under way. */
async function interrupted(directory: string, settings: Record<string, string>, end: 'stop' | 'kill') {
  const shop = await startShop({ directory, environment: settings })
  try {
    await sellProducts(shop.url, 1, 1_000)
    const { token } = await registerUser(shop.url, 'ann@example.org')
    return { token, ids: await placed(shopClient(shop.url, token), 'earlier') }
  } finally {
    await shop[end]()
  }
}

async function allEnded({ url }: ShopProcess, token: string, ids: readonly string[]): Promise<void> {
  const client = shopClient(url, token)
  await eventually(
    async () => {
      const statuses = await Promise.all(
        ids.map(async (id) => (await client.request<{ status: string }>('GET', `/api/orders/${id}`)).body.status),
      )
      assert.deepEqual(
        statuses.filter((status) => status === 'pending'),
        [],
      )
    },
    { timeoutMs: ENDS_MS },
  )
}

/** Waits until nothing is under way any more, and all books agree. */
async function audited(settings: Record<string, string>): Promise<void> {
  await eventually(
    async () => {
      const { code, output, errors } = await runBanyan(['audit'], { environment: settings })
      assert.equal(code, 0, output + errors)
    },
    { timeoutMs: ENDS_MS },
  )
}
