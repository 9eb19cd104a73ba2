import type { IncomingMessage } from 'node:http'
import { BanyanError } from 'banyan/kernel'
import type { Arrivals } from './arrivals.ts'

/** Largest body of an operation, in bytes. An order has some hundred; uploads have routes of their own. */
export const BODY_BYTES_MAX = 1_048_576

/**
 * How much of a refused body is thrown away before the connection is cut, in bytes: a client that is still sending would
 * otherwise see a reset instead of the answer.
 */
const DISCARDED_BYTES_MAX = 8 * 1_048_576

const EMPTY = Buffer.alloc(0)

/** Tells whether a request says that it has a body. */
export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length']
  return length === undefined ? headers['transfer-encoding'] !== undefined : length !== '0'
}

/** Throws `unsupported_media_type` unless the body is JSON in UTF-8, not compressed. */
export function checkMediaType({ headers }: IncomingMessage): void {
  const type = headers['content-type']
  if (type !== 'application/json' && !isJson(type))
    throw new BanyanError(
      'unsupported_media_type',
      `the body must be JSON; send "content-type: application/json", not ${type ? `"${type.slice(0, 100)}"` : 'none'}`,
    )
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    throw new BanyanError('unsupported_media_type', 'the body must not be compressed; leave content-encoding out')
}

const JSON_TYPE = /^application\/(?:[\w!#$&^.-]+\+)?json$/i
const UTF8 = /^charset="?utf-?8"?$/i

function isJson(type: string | undefined): boolean {
  if (type === undefined) return false
  const [media = '', ...parameters] = type.split(';').map((part) => part.trim())
  return JSON_TYPE.test(media) && parameters.every((parameter) => !/^charset=/i.test(parameter) || UTF8.test(parameter))
}

/** What reading a body needs. */
export interface BodyReading {
  /** Bytes at most. */
  readonly limit: number
  /** Key of the client's address, which pays for what it holds back. */
  readonly address: string
  readonly arrivals: Arrivals
}

/**
 * Reads a body. Rejects with `payload_too_large` as soon as it is known to be larger than its limit, with `overloaded` or
 * `request_timeout` when all that arrives is too much or this comes too slowly, and with `cancelled` when the client goes away.
 */
export function readBody(request: IncomingMessage, { limit, address, arrivals }: BodyReading): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) {
    discard(request)
    return Promise.reject(tooLarge(limit))
  }
  // Gone while credentials were checked: its events are over, and waiting for them would be for ever.
  if (request.destroyed) return Promise.reject(gone())
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const chunks: Buffer[] = []
  let size = 0
  let isWhole = false
  const arrival = arrivals.begin(address, refuse)
  function refuse(error: BanyanError): void {
    request.removeAllListeners('data')
    chunks.length = 0
    arrival.end()
    discard(request)
    reject(error)
  }
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > limit) return refuse(tooLarge(limit))
    chunks.push(chunk)
    arrival.add(chunk.length)
  })
  request.on('end', () => {
    arrival.end()
    isWhole = true
    resolve(chunks.length > 1 ? Buffer.concat(chunks, size) : (chunks[0] ?? EMPTY))
  })
  request.on('error', (cause) => {
    arrival.end()
    reject(gone(cause))
  })
  request.on('close', () => {
    arrival.end()
    if (!isWhole) reject(gone()) // every request closes: an error for each would be half a percent of an order
  })
  return promise
}

/** Throws away what still arrives of a refused request. The server's request timeout bounds how long that may take. */
function discard(request: IncomingMessage): void {
  let size = 0
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > DISCARDED_BYTES_MAX) request.socket.destroy()
  })
  request.on('error', () => {})
}

function gone(cause?: unknown): BanyanError {
  return new BanyanError('cancelled', 'the client went away before its request was complete', { cause })
}

function tooLarge(limit: number): BanyanError {
  return new BanyanError('payload_too_large', `the body is larger than ${limit} bytes; send less`)
}
