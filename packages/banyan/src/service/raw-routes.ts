import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RawRoutes, ServiceContext } from './service.ts'

/** A service's own HTTP, ready to take requests that someone else accepted. */
export interface RawHandler {
  readonly prefix: string
  handle(request: IncomingMessage, response: ServerResponse): void
  close(): Promise<void>
}

/** Largest body a raw route takes unless it says otherwise, in bytes. */
const BODY_BYTES_MAX = 1_048_576

/** Registers a service's plugin on a Fastify instance. Fastify is loaded only when a service has raw routes: it costs start-up time. */
export async function openRawRoutes(routes: RawRoutes, open: () => ServiceContext): Promise<RawHandler> {
  const { fastify } = await import('fastify')
  const app = fastify({ logger: false, bodyLimit: BODY_BYTES_MAX })
  await routes.plugin(app, open)
  await app.ready()
  return { prefix: routes.prefix, handle: (request, response) => app.routing(request, response), close: () => app.close() }
}
