import type { IncomingMessage } from 'node:http'
import { BanyanError } from 'banyan/kernel'

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

/**
 * Reads a body of at most `limit` bytes. Rejects with `payload_too_large` as soon as it is known to be larger, and with
 * `cancelled` when the client goes away. Never holds more than `limit` bytes.
 */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) {
    discard(request)
    return Promise.reject(tooLarge(limit))
  }
  // Gone while credentials were checked: its events are over, and waiting for them would be for ever.
  if (request.destroyed) return Promise.reject(gone())
  return new Promise((resolve, reject) => {
    let ended = false
    let first: Buffer | undefined
    let more: Buffer[] | undefined
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > limit) {
        request.removeAllListeners('data')
        first = more = undefined
        discard(request)
        reject(tooLarge(limit))
      } else if (first === undefined) first = chunk
      else (more ??= [first]).push(chunk)
    })
    request.on('end', () => {
      ended = true
      resolve(more ? Buffer.concat(more, size) : (first ?? EMPTY))
    })
    request.on('error', (cause) => reject(gone(cause)))
    request.on('close', () => ended || reject(gone()))
  })
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
