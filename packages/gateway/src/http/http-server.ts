import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { ListenOptions } from 'banyan/host'
import { BanyanError, type Clock, type ErrorCode, type Logger, PROBLEM_TYPE, problemDocument } from 'banyan/kernel'
import type { ArrivalLimits } from '../request/arrivals.ts'
import type { ConnectionLimits } from './connections.ts'
import type { DepartureLimits } from './departures.ts'

/** Timeouts and sizes of the HTTP server. */
export interface ServerLimits extends ConnectionLimits, DepartureLimits, ArrivalLimits {
  /** How long an idle connection is kept. Default {@link KEEP_ALIVE_MS}. */
  readonly keepAliveMs?: number
  /** Time from the first byte of a request to its last. Default {@link REQUEST_MS}. */
  readonly requestMs?: number
  /** Time from the first byte of a request to the end of its head. Default {@link HEAD_MS}. */
  readonly headMs?: number
  /** Size of a request's head in bytes. Default {@link HEAD_BYTES}. */
  readonly headBytes?: number
}

/** Longer than the 60 s for which common load balancers keep idle connections, so that they close first. */
const KEEP_ALIVE_MS = 75_000
/** A phone on a bad line sends a megabyte in less. */
export const REQUEST_MS = 60_000
/** Whoever needs longer for a head keeps a connection open on purpose. */
const HEAD_MS = 15_000
/** Room for two large tokens. */
const HEAD_BYTES = 16_384

/** How often Node looks for requests that take too long, as a share of the shorter timeout. */
const CHECKS_PER_TIMEOUT = 4
const CHECK_MS_MAX = 5_000

/** What a server is there for. */
interface ServerHandlers {
  /** Takes a new connection, or cuts it. */
  admit(socket: Socket): void
  handle(request: IncomingMessage, response: ServerResponse): void
}

/** Creates the server. Whatever cannot be parsed gets a short problem document and a closed connection. */
export function createHttpServer(limits: ServerLimits, { admit, handle }: ServerHandlers): Server {
  const { keepAliveMs = KEEP_ALIVE_MS, requestMs = REQUEST_MS, headMs = HEAD_MS, headBytes = HEAD_BYTES } = limits
  const server = createServer(
    {
      keepAliveTimeout: keepAliveMs,
      requestTimeout: requestMs,
      headersTimeout: Math.min(headMs, requestMs),
      maxHeaderSize: headBytes,
      connectionsCheckingInterval: Math.min(CHECK_MS_MAX, Math.ceil(Math.min(headMs, requestMs) / CHECKS_PER_TIMEOUT)),
      noDelay: true,
      requireHostHeader: false, // `checkHead` asks for it, and answers with a problem document
      insecureHTTPParser: false,
    },
    handle,
  )
  server.on('connection', admit)
  // Node would answer both by itself, before anybody looked at the head.
  server.on('checkContinue', handle)
  server.on('checkExpectation', handle)
  server.on('clientError', refuseClient)
  return server
}

/** Listens. Throws `unavailable` that says what to do when the port is taken or not allowed. Later errors, e.g. too many open files, are logged. */
export function listen(server: Server, { port, hostname }: ListenOptions, log: Logger): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(listenError(cause, port, hostname)))
    server.listen({ port, host: hostname }, () => {
      server.removeAllListeners('error')
      server.on('error', (error) => log.error('the gateway could not accept a connection', { error }))
      resolve(server.address() as AddressInfo)
    })
  })
}

/** Stops accepting and waits for what is under way; cuts what is left after `timeoutMs`. */
export function close(server: Server, clock: Clock, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.setTimer(timeoutMs, () => server.closeAllConnections())
    server.close(() => {
      cancel()
      resolve()
    })
    server.closeIdleConnections()
  })
}

function listenError(cause: NodeJS.ErrnoException, port: number, hostname: string): BanyanError {
  const where = `${hostname}:${port}`
  if (cause.code === 'EADDRINUSE')
    return new BanyanError('unavailable', `port ${where} is in use; stop what listens there, or choose another port with PORT`, { cause })
  if (cause.code === 'EACCES')
    return new BanyanError('unavailable', `port ${where} needs more rights; choose one above 1023 with PORT`, { cause })
  return new BanyanError('unavailable', `cannot listen on ${where}: ${cause.message}`, { cause })
}

const MESSAGE = '_httpMessage'

const REFUSALS = {
  HPE_HEADER_OVERFLOW: refusal('headers_too_large', 'the head of the request is too large; send fewer or shorter headers'),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: refusal('payload_too_large', 'chunk extensions are too large'),
  ERR_HTTP_REQUEST_TIMEOUT: refusal('request_timeout', 'the request did not arrive in time; send it faster'),
}
const MALFORMED = refusal('invalid_argument', 'the request is not valid HTTP')

function refusal(code: ErrorCode, detail: string): string {
  const error = new BanyanError(code, detail)
  const body = problemDocument(error)
  return `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}\r\ncontent-type: ${PROBLEM_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nx-content-type-options: nosniff\r\ncache-control: no-store\r\nconnection: close\r\n\r\n${body}`
}

function refuseClient(error: NodeJS.ErrnoException, socket: Socket): void {
  // An answer that has begun cannot be taken back; a second one in its middle would be read as part of it.
  if (error.code === 'ECONNRESET' || !socket.writable || answerHasBegun(socket)) socket.destroy(error)
  else socket.end(REFUSALS[error.code as keyof typeof REFUSALS] ?? MALFORMED)
}

/** Node keeps the answer under way in an undocumented field of the socket; its own default handler looks there too. */
function answerHasBegun(socket: Socket): boolean {
  const { [MESSAGE]: message } = socket as { [MESSAGE]?: { headersSent: boolean } }
  return message?.headersSent === true
}
