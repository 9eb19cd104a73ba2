import { misuse } from 'banyan/kernel'
import type { ConnectionTarget } from './connection-target.ts'
import type { Session } from './session.ts'

/** Oldest version that is still maintained. */
const VERSION_MIN = 140_000

const QUERY = `SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding,
  current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS synchronous_commit, pg_is_in_recovery() AS standby`

/**
 * Checks that the server can keep what we promise. Returns the durability it gives. Throws `misuse` for a server that would lose commits,
 * unless `allowUnsafe` (S2, law 10).
 */
export async function checkServer(session: Session, target: ConnectionTarget, allowUnsafe: boolean): Promise<'power' | 'process'> {
  const [result] = await session.send([{ text: QUERY, name: '', values: [] }])
  const server = result?.rows[0] as Record<string, string | number>
  const where = `PostgreSQL at ${target.shown}`
  if ((server['version'] as number) < VERSION_MIN) misuse(`${where} is older than version 14; upgrade it`)
  if (server['encoding'] !== 'UTF8') misuse(`${where} keeps texts as ${server['encoding']}; create the database with ENCODING 'UTF8'`)
  if (server['standby'] === 1) misuse(`${where} is a read-only standby; connect to the primary`)
  const unsafe = [unsafeSetting(server, 'fsync'), unsafeSetting(server, 'synchronous_commit')].filter((name) => name !== undefined)
  if (unsafe.length === 0) return 'power'
  if (allowUnsafe) return 'process'
  return misuse(`${where} would lose committed data in a crash: ${unsafe.join(' and ')} off; switch on, or pass allowUnsafe for tests`)
}

function unsafeSetting(server: Record<string, string | number>, name: string): string | undefined {
  return server[name] === 'off' ? `${name} is` : undefined
}
