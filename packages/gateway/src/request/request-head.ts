import type { IncomingMessage } from 'node:http'
import { BanyanError } from 'banyan/kernel'
import { absoluteForm } from './request-target.ts'

// Owns: that a request's head says one thing. Where it says two, a proxy may have gone by the first and we by the second.

/** Headers with one value. Of some of them Node keeps the first and drops the others without a word. */
const SINGLE: ReadonlySet<string> = new Set([
  'authorization',
  'content-encoding',
  'content-length',
  'content-type',
  'host',
  'idempotency-key',
  'if-match',
  'origin',
  'transfer-encoding',
  'x-api-key',
])

/** A name or an address, and maybe a port (RFC 9110, 7.2); without a user, which no request names. */
const HOST = /^(?:[a-z0-9._~-]+|\[[0-9a-f:.]+\])(?::\d{0,5})?$/i

/**
 * Throws `invalid_argument` for a head that two parties could read differently: a header with one value that is there twice, no host, or a host
 * that is none, in the header or in the target. HTTP/1.0 may name no host, and has no transfer codings.
 */
export function checkHead(request: IncomingMessage): void {
  const { rawHeaders, headers } = request
  // A header that comes twice is one field of the parsed ones.
  if (rawHeaders.length !== 2 * Object.keys(headers).length) refuseDuplicates(rawHeaders)
  if (headers.host === undefined) {
    if (request.httpVersion !== '1.0') throw invalid('a request needs one Host header')
  } else if (headers.host !== '' && !HOST.test(headers.host))
    throw invalid('the Host header must be a name or an address, and maybe a port')
  const coding = headers['transfer-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'chunked')
    // Node hands requests with unknown codings on
    throw invalid('the only transfer coding is "chunked"; send the body plain or with a content-length')
  if (coding !== undefined && request.httpVersion === '1.0')
    // Who speaks HTTP/1.0 may have passed it on unread (RFC 9112, 6.1)
    throw invalid('HTTP/1.0 has no transfer codings; send the body with a content-length')
  const authority = authorityOf(request)
  if (authority !== undefined && !HOST.test(authority))
    throw invalid('the host of the request target must be a name or an address, and maybe a port')
}

/**
 * Tells whether the client waits for `100 Continue` before it sends the body. Throws `expectation_failed` for any other expectation (RFC 9110,
 * 10.1.1). HTTP/1.0 has none.
 */
export function expectsContinue({ headers: { expect }, httpVersion }: IncomingMessage): boolean {
  if (expect === undefined || httpVersion === '1.0') return false
  if (expect.toLowerCase() === '100-continue') return true
  throw new BanyanError('expectation_failed', 'the only expectation is "100-continue"; leave the header expect out')
}

/** The host that a request is for: that of its target where that is a whole URL, whatever its header says. */
export function hostOf(request: IncomingMessage): string | undefined {
  return authorityOf(request) ?? request.headers.host
}

function authorityOf({ url = '/' }: IncomingMessage): string | undefined {
  return url.startsWith('/') ? undefined : absoluteForm(url)?.authority
}

function refuseDuplicates(rawHeaders: readonly string[]): void {
  const seen = new Set<string>()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase()
    if (SINGLE.has(name) && seen.has(name)) throw invalid(`the header ${name} is there twice; send it once`)
    seen.add(name)
  }
}

function invalid(message: string): BanyanError {
  return new BanyanError('invalid_argument', message)
}
