import { execFile } from 'node:child_process'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from '../support/free-port.ts'
import { findPostgres, makePostgresData } from '../support/postgres-programs.ts'
import { cutConnections, type Database, type DatabaseTrouble } from './database.ts'
import { type Line, openLine } from './line.ts'
import { holdLocks, leavePrepared } from './locks.ts'

const START_SECONDS_MAX = 60

/** What a server is set to unless a test says otherwise. */
const SETTINGS = { max_connections: 300, max_prepared_transactions: 4, min_wal_size: '32MB', max_wal_size: '64MB' }

/** How a server differs from the usual. */
export interface PrivatePostgresOptions {
  /** Settings of the server. */
  readonly settings?: Readonly<Record<string, string | number>>
  /** Options of initdb. Default: no locale, texts are sorted by their bytes. */
  readonly initdb?: readonly string[]
}

/** How long the network is broken. */
const REFUSE_MS = 2_500
const BLACKHOLE_MS = 4_000

/**
 * Makes a server, to be broken at will, in an empty directory and starts it on a free port of this machine. Throws when PostgreSQL's programs are
 * missing.
 */
export async function startPrivatePostgres(
  directory: string,
  { settings: more = {}, initdb = ['--no-locale'] }: PrivatePostgresOptions = {},
): Promise<Database & AsyncDisposable> {
  const programs = findPostgres()
  if (typeof programs === 'string') throw new Error(`${programs}; install it, or set POSTGRES_URL to a server`)
  const { folder, user } = programs
  const data = await makePostgresData(programs, directory, initdb)
  const port = await freePort()
  const set = Object.entries({ ...SETTINGS, ...more }).map(([name, value]) => `-c ${name}=${value}`)
  const settings = [`-p ${port} -c listen_addresses=127.0.0.1 -k ${directory}`, ...set].join(' ')
  const control = async (...args: string[]): Promise<void> => {
    const common = ['-w', '-t', String(START_SECONDS_MAX), '-D', data, '-l', path.join(directory, 'server.log')]
    await promisify(execFile)(path.join(folder, 'pg_ctl'), [...args, ...common], { cwd: directory, ...user })
  }
  await control('start', '-o', settings)
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  const line = await openLine(url)
  return {
    url: line.url,
    schemaPrefix: '',
    troubles: troublesOf(url, line, () => control('restart', '-m', 'immediate', '-o', settings)),
    async [Symbol.asyncDispose]() {
      await line[Symbol.asyncDispose]()
      await control('stop', '-m', 'immediate').catch(() => {}) // it may be down already
    },
  }
}

function troublesOf(url: string, line: Line, restart: () => Promise<void>): Record<DatabaseTrouble, () => Promise<void>> {
  return {
    database: restart,
    connections: () => cutConnections(url),
    async refuse() {
      await line.refuse()
      await delay(REFUSE_MS)
      await line.restore()
    },
    async blackhole() {
      line.swallow()
      await delay(BLACKHOLE_MS)
      await line.restore()
    },
    lock: () => holdLocks(url),
    prepared: () => leavePrepared(url),
  }
}
