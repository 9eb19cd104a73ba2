import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../support/free-port.ts'
import { findPostgres, makePostgresData } from '../support/postgres-programs.ts'
import { cutConnections, type Database } from './database.ts'

const START_SECONDS_MAX = 60

/** What a server is set to unless a test says otherwise. */
const SETTINGS = { max_connections: 300, min_wal_size: '32MB', max_wal_size: '64MB' }

/**
 * Makes a server, to be broken at will, in an empty directory and starts it on a free port of this machine. `more` are settings of the server.
 * Throws when PostgreSQL's programs are missing.
 */
export async function startPrivatePostgres(
  directory: string,
  more: Readonly<Record<string, string | number>> = {},
): Promise<Database & AsyncDisposable> {
  const programs = findPostgres()
  if (typeof programs === 'string') throw new Error(`${programs}; install it, or set POSTGRES_URL to a server`)
  const { folder, user } = programs
  const data = await makePostgresData(programs, directory, ['--no-locale'])
  const port = await freePort()
  const set = Object.entries({ ...SETTINGS, ...more }).map(([name, value]) => `-c ${name}=${value}`)
  const settings = [`-p ${port} -c listen_addresses=127.0.0.1 -k ${directory}`, ...set].join(' ')
  const control = async (...args: string[]): Promise<void> => {
    const common = ['-w', '-t', String(START_SECONDS_MAX), '-D', data, '-l', path.join(directory, 'server.log')]
    await promisify(execFile)(path.join(folder, 'pg_ctl'), [...args, ...common], { cwd: directory, ...user })
  }
  await control('start', '-o', settings)
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  return {
    url,
    schemaPrefix: '',
    restart: () => control('restart', '-m', 'immediate', '-o', settings),
    cutConnections: () => cutConnections(url),
    async [Symbol.asyncDispose]() {
      await control('stop', '-m', 'immediate').catch(() => {}) // it may be down already
    },
  }
}
