import type { Session } from './session.ts'
import type { Row } from './wire-batch.ts'

/** A limit of connections that holds for us, and who else counts for it. */
export interface ConnectionLimit {
  readonly max: number
  /** Connections of others than processes of ours. */
  readonly others: number
  /** Processes of ours that it holds for, this one included. */
  readonly processes: number
}

/** What a server gives to all processes of ours together. */
export interface ServerRoom {
  readonly limits: readonly [server: ConnectionLimit, ...ConnectionLimit[]]
}

/** What one process may have of it. */
export interface Share {
  readonly connections: number
  /** The limit that gives no more. */
  readonly limit: ConnectionLimit
}

/** The names of our sessions: `banyan`, the process, and what the session is for. */
const OURS = String.raw`^banyan [0-9a-f]{6} `

/**
 * Limits without what is kept back for administrators. A number below zero is no limit. Who is not allowed to see what a backend is counts those of
 * the server's own work as well, which leaves a few more free.
 */
export const ROOM_QUERY = `SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
    - COALESCE(NULLIF(current_setting('reserved_connections', true), ''), '0')::int AS server_max,
  (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user) AS role_max,
  (SELECT datconnlimit FROM pg_database WHERE datname = current_database()) AS database_max,
  count(*) FILTER (WHERE application_name !~ '${OURS}')::int AS others,
  count(*) FILTER (WHERE application_name !~ '${OURS}' AND usename = current_user)::int AS others_of_role,
  count(*) FILTER (WHERE application_name !~ '${OURS}' AND datname = current_database())::int AS others_of_database,
  count(DISTINCT substr(application_name, 8, 6)) FILTER (WHERE application_name ~ '${OURS}')::int AS processes,
  count(DISTINCT substr(application_name, 8, 6)) FILTER (WHERE application_name ~ '${OURS}' AND usename = current_user)::int AS processes_of_role,
  count(DISTINCT substr(application_name, 8, 6))
    FILTER (WHERE application_name ~ '${OURS}' AND datname = current_database())::int AS processes_of_database
  FROM pg_stat_activity WHERE datid IS NOT NULL AND COALESCE(backend_type, 'client backend') = 'client backend'`

/** Asks a server what it gives. */
export async function readRoom(session: Session): Promise<ServerRoom> {
  const [result] = await session.send([{ text: ROOM_QUERY, name: '', values: [] }])
  return toRoom(result?.rows[0] as Row)
}

/** Reads the row that answers {@link ROOM_QUERY}. */
export function toRoom(row: Row): ServerRoom {
  const of = (max: string, scope: string): ConnectionLimit => ({
    max: row[max] as number,
    others: row[`others${scope}`] as number,
    processes: Math.max(1, row[`processes${scope}`] as number),
  })
  const further = [of('role_max', '_of_role'), of('database_max', '_of_database')]
  return { limits: [of('server_max', ''), ...further.filter(({ max }) => max >= 0)] }
}

/**
 * Returns how many connections this process may have: an equal share of what others leave, with one share kept for a process that starts beside those
 * that are there, as at every update. Where such a share is less than `need`, it is `need`, as far as the processes that are there leave so many.
 * The limit that gives least decides, by this same rule.
 */
export function shareOf({ limits }: ServerRoom, need: number): Share {
  const [server, ...further] = limits.map((limit) => ({ connections: connectionsOf(limit, need), limit })) as [Share, ...Share[]]
  return further.reduce((least, share) => (share.connections < least.connections ? share : least), server)
}

function connectionsOf({ max, others, processes }: ConnectionLimit, need: number): number {
  const free = Math.max(0, max - others)
  return Math.max(Math.floor(free / (processes + 1)), Math.min(need, Math.floor(free / processes)))
}
