// The floor of a durable saga on PostgreSQL: six statements, each a commit of its own, with the rows that a journal needs for all sagas that
// are in flight, on one connection. No definitions, no retries, no leases, no waiting callers.
import { Client } from 'pg'
import { measureGroups, sagaChildOptions } from './saga-load.ts'

const STEPS = ['one', 'two', 'three', 'four'] as const
const END_STEP = `UPDATE step SET status = 'done', output = '{"amount":1}' WHERE saga = ANY($1) AND name = $2 RETURNING 1`

const client = new Client({ connectionString: sagaChildOptions().url })
await client.connect()
await client.query(`
  CREATE TABLE saga (id text PRIMARY KEY, name text NOT NULL, status text NOT NULL, input text NOT NULL, output text);
  CREATE TABLE step (saga text NOT NULL, name text NOT NULL, status text NOT NULL, output text, PRIMARY KEY (saga, name));`)
await measureGroups(async (count, prefix) => {
  const ids = Array.from({ length: count }, (_, number) => `${prefix}-${number}`)
  await run('start', `INSERT INTO saga SELECT id, 'four-steps', 'running', '{"amount":1}' FROM unnest($1::text[]) AS id`, [ids])
  await run('first', `INSERT INTO step SELECT id, $2, 'started' FROM unnest($1::text[]) AS id`, [ids, STEPS[0]])
  for (const [index, name] of STEPS.slice(1).entries())
    await run('next', `WITH ended AS (${END_STEP}) INSERT INTO step SELECT id, $3, 'started' FROM unnest($1::text[]) AS id`, [
      ids,
      STEPS[index],
      name,
    ])
  await run('end', `WITH ended AS (${END_STEP}) UPDATE saga SET status = 'completed', output = '4' WHERE id = ANY($1)`, [ids, STEPS[3]])
})
await client.end()

// A statement with a name is prepared once.
async function run(name: string, text: string, values: readonly unknown[]): Promise<void> {
  await client.query({ name, text, values: [...values] })
}
