import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyError, FastifyInstance } from 'fastify'
import { BanyanError, toBanyanError } from '../../kernel/error.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { OpenCalls } from './open-calls.ts'
import { problemOf, rawProblem } from './raw-problem.ts'
import type { RawRoutes, ServiceContext } from '../define/service-parts.ts'

/** A service's own HTTP, ready to take requests that someone else accepted. */
export interface RawHandler {
  readonly prefix: string
  /** Answers a request; one that comes while the service drains is refused. */
  handle(request: IncomingMessage, response: ServerResponse): void
  close(): Promise<void>
}

/** What raw routes are opened with. */
export interface RawRoutesOptions {
  readonly service: string
  readonly routes: RawRoutes
  readonly open: () => ServiceContext
  /** Counts the requests under way, so that a drain waits for them. */
  readonly calls: OpenCalls
  readonly log: Logger
}

/** Largest body a raw route takes unless it says otherwise, in bytes. */
const BODY_BYTES_MAX = 1_048_576

/** Registers a service's plugin on a Fastify instance. Fastify is loaded only when a service has raw routes: it costs start-up time. */
export async function openRawRoutes({ service, routes, open, calls, log }: RawRoutesOptions): Promise<RawHandler> {
  const { fastify } = await import('fastify')
  const app = fastify({ logger: false, bodyLimit: BODY_BYTES_MAX })
  const usual = app.errorHandler
  await routes.plugin(app, open)
  if (app.errorHandler === usual) hideMistakes(app, service, log) // a plugin may have a way of its own
  await app.ready()
  return {
    prefix: routes.prefix,
    handle(request, response) {
      try {
        calls.begin()
      } catch (refusal) {
        const { status, headers, body } = problemOf(toBanyanError(refusal))
        response.writeHead(status, { ...headers, connection: 'close' }).end(body)
        return
      }
      response.once('close', calls.end)
      app.routing(request, response)
    },
    close: () => app.close(),
  }
}

/** Fastify would show the words, and the status, of whatever was thrown. Its own refusals of a request stay. */
function hideMistakes(app: FastifyInstance, service: string, log: Logger): void {
  app.setErrorHandler((thrown: FastifyError, _request, reply) => {
    if (!(thrown instanceof BanyanError) && (thrown.statusCode ?? 500) < 500) return reply.send(thrown)
    const { status, headers, body } = rawProblem(service, thrown, log)
    return reply.code(status).headers(headers).send(body)
  })
}
