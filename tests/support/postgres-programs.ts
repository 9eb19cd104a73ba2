import { execFile } from 'node:child_process'
import { chownSync, globSync, mkdirSync, readFileSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { findExecutable, isExecutable } from './find-executable.ts'

/** PostgreSQL's programs on this machine, to run a server of our own. */
export interface PostgresPrograms {
  /** Holds `initdb`, `postgres` and `pg_ctl`. */
  readonly folder: string
  /** Whom they must run as; undefined: as we do. */
  readonly user: UserIds | undefined
}

interface UserIds {
  readonly uid: number
  readonly gid: number
}

/** User under whom a server runs when we are root: it refuses to run as root. */
const SERVER_USER = 'postgres'

/** Finds the programs in PATH, else the newest version in /usr/lib/postgresql. Returns why not, in words, where none can run. */
export function findPostgres(): PostgresPrograms | string {
  const initdb = findExecutable('initdb', globSync('/usr/lib/postgresql/*/bin').toSorted(newestFirst))
  if (initdb === undefined) return 'PostgreSQL is not installed here: neither PATH nor /usr/lib/postgresql has initdb'
  const isRoot = process.getuid?.() === 0
  const user = isRoot ? userIds(SERVER_USER) : undefined
  if (isRoot && !user) return `PostgreSQL refuses to run as root and there is no user "${SERVER_USER}"`
  return { folder: path.dirname(initdb), user }
}

/**
 * Finds the programs that dump and restore. Those of the server's own version stand beside its programs, which PATH may know by links only; a newer
 * server refuses an older dump. Returns why not, in words, where there are none: some installations bring the server without them.
 */
export function findDumpPrograms({ folder }: PostgresPrograms): { readonly dump: string; readonly restore: string } | string {
  const beside = [path.dirname(realpathSync(path.join(folder, 'initdb'))), folder]
  const found = (name: string): string | undefined =>
    beside.map((place) => path.join(place, name)).find(isExecutable) ?? findExecutable(name)
  const [dump, restore] = [found('pg_dump'), found('pg_restore')]
  if (dump === undefined || restore === undefined)
    return `neither ${beside[0]} nor PATH has pg_dump and pg_restore; install PostgreSQL's client programs`
  return { dump, restore }
}

/** Makes the files of an empty server in `directory`, which its user then owns; returns their place, for `-D`. `options` go to initdb. */
export async function makePostgresData({ folder, user }: PostgresPrograms, directory: string, options: readonly string[]): Promise<string> {
  mkdirSync(directory, { recursive: true })
  if (user) chownSync(directory, user.uid, user.gid)
  const data = path.join(directory, 'data')
  const args = ['-D', data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', ...options]
  await promisify(execFile)(path.join(folder, 'initdb'), args, { cwd: directory, ...user })
  return data
}

function newestFirst(a: string, b: string): number {
  return b.localeCompare(a, 'en', { numeric: true })
}

function userIds(name: string): UserIds | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) }
}
