import { Agent } from 'node:http'
import type { Clock } from '../../kernel/clock.ts'
import type { Network } from '../network.ts'
import { httpRequest } from './http-client.ts'
import { httpListen } from './http-listener.ts'

/** How a process is on an HTTP network. */
export interface HttpNetworkOptions {
  readonly clock: Clock
  /** Where it listens. Default: this machine only. */
  readonly hostname?: string
  /** Default: any that is free. */
  readonly port?: number
}

/** Connections to one address; more requests wait for one, within their own time. */
const CONNECTIONS_MAX = 64
/** Idle connections are given up long before the listener gives them up, so that no request is written to one that closes. */
const IDLE_MS = 30_000

/**
 * One process's end of a network of HTTP/1.1. **Gotcha**: it neither encrypts nor knows who asks. Whoever serves over it must ask for proof, as
 * calls do with their tickets, and keep strangers from the wire.
 */
export function httpNetwork({ clock, hostname = '127.0.0.1', port = 0 }: HttpNetworkOptions): Network & Disposable {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX, timeout: IDLE_MS })
  return {
    serve: (handler, options) => httpListen(handler, { ...options, clock, hostname, port }),
    request: async (request) => httpRequest(request, clock, agent),
    [Symbol.dispose]: () => agent.destroy(),
  }
}
