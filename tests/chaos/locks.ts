import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'

/** Longer than any wait for a lock, shorter than a saga's step is tried. */
const HOLD_MS = 2_500

/** Holds, from outside, what each service needs to give its events positions, and the orders' table; then lets go. */
export async function holdLocks(url: string): Promise<void> {
  await withClient(url, async (client) => {
    await takeLocks(client)
    await delay(HOLD_MS)
    await client.query('ROLLBACK')
  })
}

/** Leaves the same locks behind in a prepared transaction, which outlives its session; somebody undoes it later. */
export async function leavePrepared(url: string): Promise<void> {
  const name = `left-${randomUUID()}`
  await withClient(url, async (client) => {
    await takeLocks(client)
    await client.query(`PREPARE TRANSACTION '${name}'`)
  })
  await delay(HOLD_MS)
  await withClient(url, (client) => client.query(`ROLLBACK PREPARED '${name}'`))
}

async function takeLocks(client: Client): Promise<void> {
  const { rows } = await client.query<{ schema: string }>("SELECT schemaname AS schema FROM pg_tables WHERE tablename = 'banyan_sequencer'")
  await client.query("BEGIN; SET LOCAL lock_timeout = '20s'")
  for (const { schema } of rows) await client.query(`SELECT position FROM "${schema}".banyan_sequencer FOR UPDATE`)
  for (const { schema } of rows) if (schema.endsWith('orders')) await client.query(`LOCK TABLE "${schema}".customer_order IN SHARE MODE`)
}

async function withClient(url: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
