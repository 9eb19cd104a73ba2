import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Engine } from './engine.ts'
import { POSTGRES_DURABILITY, startPrivatePostgres } from './private-postgres.ts'
import { REDIS_DURABILITY, startPrivateRedis } from './private-redis.ts'
import { RESTATE_DURABILITY, startRestateServer } from './restate-server.ts'
import type { BenchOptions } from './section.ts'

/** A package of its own, with its own lockfile: what stands in it never comes near an installation of Banyan. */
const FOLDER = path.join(import.meta.dirname, 'peers')
const MODULES = path.join(FOLDER, 'node_modules')

/** Another project's engine. */
interface Peer extends Engine {
  /** Its package, whose version is printed. */
  readonly package: string
}

const script = (name: string): string => path.join(FOLDER, `${name}.ts`)

/** Engines that run sagas, or come near to it. */
export const SAGA_PEERS: readonly Peer[] = [
  {
    subject: 'DBOS',
    package: '@dbos-inc/dbos-sdk',
    script: script('dbos'),
    conditions: `on PostgreSQL, ${POSTGRES_DURABILITY}`,
    startServer: startPrivatePostgres,
  },
  {
    subject: 'Restate',
    package: '@restatedev/restate-sdk',
    script: script('restate'),
    conditions: RESTATE_DURABILITY,
    startServer: () => startRestateServer(MODULES),
  },
  {
    subject: 'BullMQ',
    package: 'bullmq',
    script: script('bullmq'),
    conditions: `on Redis, ${REDIS_DURABILITY}`,
    startServer: startPrivateRedis,
  },
  {
    subject: 'Medusa in memory',
    package: '@medusajs/workflows-sdk',
    script: script('medusa'),
    conditions: 'none: nothing survives the process',
  },
]

/** Libraries that call a function of another service in the same process. */
export const CALL_PEERS: readonly Peer[] = [
  {
    subject: 'Moleculer',
    package: 'moleculer',
    script: script('moleculer'),
    conditions: 'a local call without validation, values passed by reference',
  },
  {
    subject: 'connect in memory',
    package: '@connectrpc/connect',
    script: script('connect'),
    conditions: 'router transport, messages passed through Protobuf',
  },
]

/** Installs the peers' packages, unless they stand there as their lockfile says, and returns the peers with their versions; none, and a note, when that fails. */
export async function installPeers(
  peers: readonly Peer[],
  { progress, note }: Pick<BenchOptions, 'progress' | 'note'>,
): Promise<readonly Engine[]> {
  if (!isInstalled()) {
    progress('installing the packages of bench/peers (about 470 MB) …')
    const problem = await npmCi()
    if (problem) {
      note(`the peers did not run, their packages cannot be installed: ${problem}`)
      return []
    }
  }
  return peers.map((peer) => ({ ...peer, subject: `${peer.subject} ${versionOf(peer.package)}` }))
}

function isInstalled(): boolean {
  const [wanted, present] = ['package-lock.json', 'node_modules/.package-lock.json'].map((file) => lockedVersions(path.join(FOLDER, file)))
  if (!wanted || !present) return false
  return [...wanted].every(
    ([place, { version, optional }]) => (present.get(place)?.version ?? (optional ? version : undefined)) === version,
  )
}

interface Locked {
  readonly version?: string
  readonly optional?: boolean
}

function lockedVersions(file: string): Map<string, Locked> | undefined {
  if (!existsSync(file)) return undefined
  const { packages } = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, Locked> }
  return new Map(Object.entries(packages).filter(([place]) => place !== ''))
}

// Without their scripts: none of these packages needs one, and one of them would report the installation to a third party.
function npmCi(): Promise<string | undefined> {
  return new Promise((resolve) => {
    const npm = spawn('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: FOLDER,
      stdio: ['ignore', 'ignore', 'pipe'],
      shell: process.platform === 'win32',
    })
    let errors = ''
    npm.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
    npm.on('error', (error) => resolve(error.message))
    npm.on('close', (code) => resolve(code === 0 ? undefined : firstLines(errors) || `npm ended with ${code}`))
  })
}

// npm says what is wrong first, and how it is used afterwards.
function firstLines(errors: string): string {
  return errors.trim().split('\n').slice(0, 6).join('; ')
}

function versionOf(name: string): string {
  return (JSON.parse(readFileSync(path.join(MODULES, name, 'package.json'), 'utf8')) as { version: string }).version
}
