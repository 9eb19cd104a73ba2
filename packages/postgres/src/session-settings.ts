import { misuse } from 'banyan/kernel'
import type { ConnectionTarget, SessionSetting } from './connection-target.ts'
import type { Part } from './frontend-messages.ts'

/** What this needs of a session. */
interface Line {
  send(parts: readonly Part[]): Promise<readonly { readonly rows: readonly unknown[] }[]>
}

/**
 * Sees to it that a connection is set as it must be, before anything is asked of it: a pooler in between may have dropped the start-up options, and
 * then all services would work in one schema, without time limits. What is missing is set; throws `misuse` when the next transaction does not
 * find it.
 */
export async function settle(session: Line, target: ConnectionTarget): Promise<void> {
  const wrong = await differing(session, target.settings)
  if (wrong.length === 0) return
  await session.send(wrong.map(([name, value]) => ({ text: 'SELECT set_config($1, $2, false)', name: '', values: [name, value] })))
  const [still] = await differing(session, target.settings)
  if (still) misuse(`PostgreSQL at ${target.shown} does not keep ${still[0]} from one transaction to the next; ${POOL_SESSIONS}`)
}

/**
 * Throws `misuse` when what answers gives each transaction whatever connection is free: settings, prepared statements and locks of a session
 * would be those of others. Two sessions that are kept have a process of the server each, whoever asks when.
 */
export async function refuseTransactionPooling(session: Line, other: Line, target: ConnectionTarget): Promise<void> {
  const own = new Set<unknown>()
  const others = new Set<unknown>()
  for (let round = 0; round < ROUNDS; round++) {
    for (let turn = 0; turn < 2; turn++) own.add(await backend(session)) // twice: a pool may take turns
    for (let turn = 0; turn < 2; turn++) others.add(await backend(other))
  }
  if (own.size > 1 || others.size > 1 || !own.isDisjointFrom(others))
    misuse(`what answers at ${target.shown} pools transactions, not sessions; ${POOL_SESSIONS}`)
}

/** A pool that picks by chance shows itself, too. */
const ROUNDS = 3

const POOL_SESSIONS = 'let the pooler pool sessions (PgBouncer: pool_mode = session), or connect to the server itself'

async function differing(session: Line, settings: readonly SessionSetting[]): Promise<readonly SessionSetting[]> {
  const names = settings.map(([name]) => name)
  const [result] = await session.send([
    { text: 'SELECT name, setting FROM pg_settings WHERE name = ANY($1::text[])', name: '', values: [names] },
  ])
  const rows = (result?.rows ?? []) as { name: string; setting: string }[]
  const found = new Map(rows.map(({ name, setting }) => [name, setting]))
  return settings.filter(([name, value]) => found.get(name) !== value)
}

async function backend(session: Line): Promise<unknown> {
  const [result] = await session.send([{ text: 'SELECT pg_backend_pid() AS pid', name: '', values: [] }])
  return (result?.rows[0] as { pid: unknown } | undefined)?.pid
}
