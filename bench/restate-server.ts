import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { temporaryDirectory } from '@banyan/testing'
import { freePort } from '../tests/support/free-port.ts'
import { type PrivateServer, startProcess } from './private-server.ts'

/** How its figures must be read: the server's own default. */
export const RESTATE_DURABILITY = "one server with its defaults: its log's WAL is synced before a step counts"

/** Starts an empty Restate server from the binary in `modules`, on free ports. Returns why not, in words, where there is no binary for this machine. */
export async function startRestateServer(modules: string): Promise<PrivateServer | string> {
  const place = path.join(modules, `@restatedev/restate-server-${process.platform}-${process.arch}`)
  if (!existsSync(place)) return `there is no Restate server for ${process.platform} on ${process.arch}`
  const { version } = JSON.parse(readFileSync(path.join(place, 'package.json'), 'utf8')) as { version: string }
  const directory = temporaryDirectory()
  const [ingress, admin, node] = [await freePort(), await freePort(), await freePort()]
  const { pid, stop } = await startProcess({
    command: path.join(place, 'bin/restate-server'),
    args: ['--base-dir', directory.path, '--no-logo', '--bind-ip', '127.0.0.1', '--bind-port', String(node), '--listen-mode', 'tcp'],
    ready: /Admin API starting/,
    environment: {
      RESTATE_INGRESS__BIND_PORT: String(ingress),
      RESTATE_ADMIN__BIND_PORT: String(admin),
      RESTATE_DISABLE_TELEMETRY: 'true',
      DO_NOT_TRACK: '1',
    },
    stopSignal: 'SIGTERM',
    directory,
  })
  return {
    pid,
    url: `http://127.0.0.1:${ingress}/?admin=${admin}`,
    version: `server ${version}`,
    [Symbol.asyncDispose]: stop,
  }
}
