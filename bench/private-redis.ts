import { execFileSync } from 'node:child_process'
import { temporaryDirectory } from '@banyan/testing'
import { findExecutable } from '../tests/support/find-executable.ts'
import { freePort } from '../tests/support/free-port.ts'
import { type PrivateServer, startProcess } from './private-server.ts'

/** How its figures must be read. */
export const REDIS_DURABILITY = 'append-only file, appendfsync always: a write is synced before it is answered'

/** Starts an empty Redis on a free port that syncs every write. Returns why not, in words, where it is not installed. */
export async function startPrivateRedis(): Promise<PrivateServer | string> {
  const command = findExecutable('redis-server')
  if (!command) return 'Redis is not installed: no redis-server in PATH (Debian: apt install redis-server)'
  const directory = temporaryDirectory()
  const port = await freePort()
  const settings = { bind: '127.0.0.1', port: String(port), dir: directory.path, appendonly: 'yes', appendfsync: 'always', save: '' }
  const { pid, stop } = await startProcess({
    command,
    args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    ready: /ready to accept connections/i,
    stopSignal: 'SIGTERM',
    directory,
  })
  return {
    pid,
    url: `redis://127.0.0.1:${port}`,
    version: `Redis ${/v=(\S+)/.exec(execFileSync(command, ['--version'], { encoding: 'utf8' }))?.[1] ?? ''}`,
    [Symbol.asyncDispose]: stop,
  }
}
