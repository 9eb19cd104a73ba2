import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Clock } from '../../kernel/clock.ts'
import { BanyanError } from '../../kernel/error.ts'
import { type Body, isWhole, type ReceivedBody, receivedBody, requestTooLarge } from '../body.ts'
import { brokenOff } from '../failures.ts'
import { checkHeaders, HEADER_BYTES_MAX, ReceivedHeaders } from '../headers.ts'
import { BODY_BYTES_MAX, type Listener, type NetworkAnswer, type NetworkHandler, type ServeOptions } from '../network.ts'
import { headerFields, headerList } from './http-headers.ts'

/** Where a listener is, and whose time it keeps. */
export interface ListenOptions extends ServeOptions {
  readonly clock: Clock
  readonly hostname: string
  readonly port: number
}

/** Longer than clients keep a connection that idles. */
const KEEP_ALIVE_MS = 75_000

/** Listens for requests over HTTP/1.1. */
export async function httpListen(
  handler: NetworkHandler,
  { clock, hostname, port, requestBytesMax = BODY_BYTES_MAX }: ListenOptions,
): Promise<Listener> {
  let isClosing = false
  // what is sent has been measured; twice as much lets the frame pass
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, maxHeaderSize: 2 * HEADER_BYTES_MAX, noDelay: true },
    (request, response) => {
      void serveOne(handler, request, response, { bytesMax: requestBytesMax, isLast: () => isClosing })
    },
  )
  await listening(server, port, hostname)
  const { port: actual } = server.address() as AddressInfo
  let closed: Promise<void> | undefined
  return {
    address: `http://${hostname.includes(':') ? `[${hostname}]` : hostname}:${actual}`,
    close(graceMs) {
      isClosing = true
      return (closed ??= closing(server, clock, graceMs))
    },
  }
}

function listening(server: Server, port: number, hostname: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, hostname, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

async function closing(server: Server, clock: Clock, graceMs: number): Promise<void> {
  const cancelTimer = clock.setTimer(graceMs, () => server.closeAllConnections())
  await new Promise((resolve) => {
    server.close(resolve)
    server.closeIdleConnections()
  })
  cancelTimer()
}

interface Serving {
  readonly bytesMax: number
  /** Tells whether the connection ends with the answer. */
  readonly isLast: () => boolean
}

async function serveOne(
  handler: NetworkHandler,
  request: IncomingMessage,
  response: ServerResponse,
  { bytesMax, isLast }: Serving,
): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  request.on('error', () => {}) // whoever reads the body learns of it there
  const answer = await answered(handler, request, bodyOf(request, bytesMax), gone.signal)
  if (isLast()) response.setHeader('connection', 'close')
  await written(response, answer).catch(() => response.destroy()) // half an answer must not look whole (N2)
  request.resume()
}

/** Runs a handler. What it throws, and an answer that no network carries, become a status (N5, N6). */
async function answered(
  handler: NetworkHandler,
  request: IncomingMessage,
  body: ReceivedBody,
  signal: AbortSignal,
): Promise<NetworkAnswer> {
  try {
    const answer = await handler({ path: request.url ?? '/', headers: new ReceivedHeaders(headerList(request.rawHeaders)), body, signal })
    checkHeaders(answer.headers ?? [])
    return answer
  } catch (thrown) {
    return { status: thrown instanceof BanyanError && thrown.code === 'payload_too_large' ? thrown.status : 500 }
  }
}

async function written(response: ServerResponse, { status, headers = [], body }: NetworkAnswer): Promise<void> {
  const whole = body === undefined || isWhole(body)
  response.writeHead(status, { ...headerFields(headers), ...(whole && { 'content-length': body?.byteLength ?? 0 }) })
  if (whole) response.end(body)
  else await pipeline(Readable.from(flushed(response, body), { objectMode: false, highWaterMark: 0 }), response)
}

/** The head must not wait for the first part: whoever reads the answer may have to see that it began. */
function flushed(response: ServerResponse, body: Exclude<Body, Uint8Array>): AsyncIterable<Uint8Array> {
  response.flushHeaders()
  return body
}

function bodyOf(request: IncomingMessage, bytesMax: number): ReceivedBody {
  async function* parts(): AsyncGenerator<Uint8Array> {
    try {
      // the connection must outlive a body that is not read to its end: the answer goes over it
      for await (const part of request.iterator({ destroyOnReturn: false })) yield part as Uint8Array
    } catch (cause) {
      throw brokenOff(cause)
    }
    if (!request.complete) throw brokenOff()
  }
  return receivedBody({ parts: parts(), bytesMax, tooLarge: () => requestTooLarge(bytesMax), cancel: () => request.resume() })
}
