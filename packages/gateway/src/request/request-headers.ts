import type { IncomingMessage } from 'node:http'
import { type AwaitedWrite, callerKey } from 'banyan/call'
import type { Principal } from 'banyan/contract'
import { BanyanError } from 'banyan/kernel'

/** Longest wait that a client may ask for with `Prefer: wait`, in seconds. */
const WAIT_SECONDS_MAX = 30

const REQUEST_ID = /^[\w.-]{8,128}$/
const VISIBLE_ASCII = /^[\x21-\x7e]{1,255}$/
const WAIT = /(?:^|,)\s*wait=(\d{1,9})\s*(?:,|;|$)/i
const TOKEN = /^\s*([a-z][a-z0-9-]*):([\x21-\x2b\x2d-\x7e]{1,200})\s*$/
/** Tokens in one Banyan-After header at most: one for each service that was written to. */
const AFTER_MAX = 8

/** Returns a client's request id if it is well-formed; undefined otherwise. */
export function requestIdOf({ headers }: IncomingMessage): string | undefined {
  const id = headers['x-request-id']
  return typeof id === 'string' && REQUEST_ID.test(id) ? id : undefined
}

/** Returns the seconds that the client is ready to wait, at most {@link WAIT_SECONDS_MAX}; 0 when it does not say so. */
export function waitSecondsOf({ headers }: IncomingMessage): number {
  const { prefer } = headers
  if (prefer === undefined) return 0
  const match = WAIT.exec(String(prefer))
  return match ? Math.min(WAIT_SECONDS_MAX, Number(match[1])) : 0
}

/**
 * Returns the idempotency key, made unique per principal so that nobody gets another's answer; undefined when there is none.
 * Throws `invalid_argument` unless it is 1 to 255 visible ASCII characters.
 */
export function idempotencyKeyOf({ headers }: IncomingMessage, principal: Principal): string | undefined {
  const key = headers['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key !== 'string' || !VISIBLE_ASCII.test(key))
    throw new BanyanError('invalid_argument', 'Idempotency-Key must be 1 to 255 visible ASCII characters, e.g. a UUID')
  return callerKey(principal, key)
}

/** Reads `Banyan-After`: tokens from `Banyan-Token` answers, separated by commas. Throws `invalid_argument` when it is something else. */
export function awaitedWrites(header: string | readonly string[] | undefined): readonly AwaitedWrite[] {
  if (header === undefined) return []
  const parts = String(header).split(',')
  if (parts.length > AFTER_MAX) throw new BanyanError('invalid_argument', `Banyan-After must name at most ${AFTER_MAX} tokens`)
  return parts.map((part) => {
    const match = TOKEN.exec(part)
    if (!match) throw new BanyanError('invalid_argument', 'Banyan-After must be what a Banyan-Token header answered, e.g. "orders:42"')
    return { service: match[1] as string, token: match[2] as string }
  })
}
