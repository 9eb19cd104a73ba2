import { readFileSync } from 'node:fs'
import { BanyanError, type Logger } from 'banyan/kernel'
import type { Settings } from './settings.ts'

/** Files of one service: its database with log and index, opened for writing and for reading, its lock, and room for a temporary one. */
const SQLITE_FILES_PER_SERVICE = 7
/** Connections of one service to PostgreSQL beside its pool: its sequencer, its long reads, and those that are being closed. */
const POSTGRES_FILES_BESIDE_POOL = 6
/** Those of its pool, unless somebody says otherwise. */
const POSTGRES_POOL_FILES = 8
/** What the process has besides: standard streams, the loop's own, modules while they load, the listener, reader processes. */
const PROCESS_FILES = 64
/** Below this many connections a gateway is of no use to several clients. */
const CONNECTIONS_MIN = 100

/**
 * Checks at start that the system lets the process open as many files as it needs; else a later open fails in the middle of something.
 * Throws `failed_precondition` with what to do. Node has raised its soft limit to the hard one by then.
 */
export function checkFileLimit(
  services: number,
  { store, poolMax }: Pick<Settings, 'store'> & Partial<Pick<Settings, 'poolMax'>>,
  log: Logger,
  limit = openFilesMax(),
): void {
  const perService = store === 'sqlite' ? SQLITE_FILES_PER_SERVICE : (poolMax ?? POSTGRES_POOL_FILES) + POSTGRES_FILES_BESIDE_POOL
  const needed = services * perService + PROCESS_FILES
  if (limit === undefined || limit >= needed + CONNECTIONS_MIN) return
  const advice = `raise the limit, e.g. with: ulimit -n ${roundUp(needed + CONNECTIONS_MIN)}`
  if (limit < needed)
    throw new BanyanError(
      'failed_precondition',
      `the system lets this process open ${limit} files; ${services} services on ${store} need ${needed}; ${advice}`,
    )
  log.warn('few connections fit into the limit of open files', { limit, neededByServices: needed, left: limit - needed, advice })
}

/** How many files this process may open; undefined where there is no limit, or none that can be read. */
export function openFilesMax(): number | undefined {
  try {
    return toNumber(/^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1])
  } catch {
    return undefined // no Linux: macOS's own limit is far above what is needed here, Windows has none
  }
}

function toNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}

function roundUp(files: number): number {
  return 2 ** Math.ceil(Math.log2(files))
}
