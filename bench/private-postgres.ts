import { execFileSync } from 'node:child_process'
import { chownSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { temporaryDirectory } from '@banyan/testing'
import { findExecutable, freePort, type PrivateServer, startProcess } from './private-server.ts'

/** How its figures must be read: PostgreSQL as it comes, every commit synced. */
export const POSTGRES_DURABILITY = 'fsync and synchronous_commit on: every commit survives a power cut'

/**
 * Starts an empty PostgreSQL on a free port, with its defaults, for one measurement. Returns why not, in words, where it is not installed.
 * Started by root it runs as the user `postgres`, since it refuses root.
 */
export async function startPrivatePostgres(): Promise<PrivateServer | string> {
  const folders = globSync('/usr/lib/postgresql/*/bin').toSorted(byVersion)
  const initdb = findExecutable('initdb', folders)
  const postgres = findExecutable('postgres', folders)
  if (!initdb || !postgres) return 'PostgreSQL is not installed: neither PATH nor /usr/lib/postgresql has initdb and postgres'
  const user = process.getuid?.() === 0 ? userIds('postgres') : undefined
  if (process.getuid?.() === 0 && !user) return 'PostgreSQL refuses to run as root and there is no user "postgres"'
  const directory = temporaryDirectory()
  const port = await freePort()
  if (user) chownSync(directory.path, user.uid, user.gid)
  const data = path.join(directory.path, 'data')
  execFileSync(initdb, ['-D', data, '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--no-instructions'], { stdio: 'pipe', ...user })
  const { pid, stop } = await startProcess({
    command: postgres,
    args: ['-D', data, '-p', String(port), '-k', directory.path, '-c', 'listen_addresses=127.0.0.1'],
    ready: /ready to accept connections/,
    stopSignal: 'SIGINT', // ends without waiting for clients
    directory,
    ...(user ? { user } : {}),
  })
  return {
    pid,
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    version: execFileSync(postgres, ['--version'], { encoding: 'utf8' }).replace(/^postgres \((\w+)\) (\S+)[^]*$/, '$1 $2'),
    [Symbol.asyncDispose]: stop,
  }
}

function byVersion(a: string, b: string): number {
  return b.localeCompare(a, 'en', { numeric: true })
}

function userIds(name: string): { uid: number; gid: number } | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  const [, , uid, gid] = line?.split(':') ?? []
  return uid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) }
}
