import { execFile, execFileSync } from 'node:child_process'
import { chownSync, existsSync, globSync, mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import type { Database } from './database.ts'

/** A PostgreSQL server of our own, to be broken at will. */
export interface PrivatePostgres extends Database, AsyncDisposable {
  readonly version: string
}

const run = promisify(execFile)
/** User under whom the server runs when we are root: it refuses to run as root. */
const SERVER_USER = 'postgres'
const START_SECONDS_MAX = 60

/** Directory of PostgreSQL's programs: of `pg_ctl` in PATH, else of the newest version in /usr/lib/postgresql; undefined when there is none. */
export function postgresPrograms(): string | undefined {
  const installed = globSync('/usr/lib/postgresql/*/bin').toSorted((a, b) => Number(b.split('/')[4]) - Number(a.split('/')[4]))
  const inPath = (process.env['PATH'] ?? '').split(path.delimiter)
  return [...inPath, ...installed].find((directory) => directory !== '' && existsSync(path.join(directory, 'initdb')))
}

/** Makes a server in an empty directory and starts it on a free port of this machine. Throws when PostgreSQL's programs are missing. */
export async function startPrivatePostgres(directory: string): Promise<PrivatePostgres> {
  const programs = postgresPrograms()
  if (programs === undefined) throw new Error('PostgreSQL is not installed here (no initdb): install it, or set POSTGRES_URL to a server')
  const owner = serverUser()
  mkdirSync(directory, { recursive: true })
  if (owner) chownSync(directory, owner.uid, owner.gid)
  const data = path.join(directory, 'data')
  const command = (program: string, ...args: string[]) => run(path.join(programs, program), args, { ...owner, cwd: directory })
  await command('initdb', '-D', data, '-A', 'trust', '-U', 'postgres', '--no-locale', '-E', 'UTF8')
  const port = await freePort()
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -k ${directory} -c max_connections=300 -c min_wal_size=32MB -c max_wal_size=64MB`
  const control = (...args: string[]) =>
    command('pg_ctl', ...args, '-w', '-t', String(START_SECONDS_MAX), '-D', data, '-l', path.join(directory, 'server.log'))
  await control('start', '-o', settings)
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  return {
    url,
    schemaPrefix: '',
    version: (await command('postgres', '--version')).stdout.trim(),
    restart: async () => void (await control('restart', '-m', 'immediate', '-o', settings)),
    cutConnections: () => cutConnections(url),
    async [Symbol.asyncDispose]() {
      await control('stop', '-m', 'immediate').catch(() => {}) // it may be down already
    },
  }
}

async function cutConnections(url: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    )
  } finally {
    await client.end()
  }
}

function serverUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (what: string): number => Number(execFileSync('id', [what, SERVER_USER], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
