import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { temporaryDirectory } from '@banyan/testing'
import { freePort } from '../tests/support/free-port.ts'
import { findPostgres, makePostgresData } from '../tests/support/postgres-programs.ts'
import { type PrivateServer, startProcess } from './private-server.ts'

/** How its figures must be read: PostgreSQL as it comes, every commit synced. */
export const POSTGRES_DURABILITY = 'fsync and synchronous_commit on: every commit survives a power cut'

/**
 * Starts an empty PostgreSQL on a free port, with its defaults, for one measurement. Returns why not, in words, where it is not installed.
 * Started by root it runs as the user `postgres`, since it refuses root.
 */
export async function startPrivatePostgres(): Promise<PrivateServer | string> {
  const programs = findPostgres()
  if (typeof programs === 'string') return programs
  const { folder, user } = programs
  const postgres = path.join(folder, 'postgres')
  const directory = temporaryDirectory()
  const data = await makePostgresData(programs, directory.path, ['--no-instructions'])
  const port = await freePort()
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
