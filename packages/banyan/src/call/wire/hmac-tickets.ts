import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Principal } from '../../contract/access.ts'
import type { Clock } from '../../kernel/clock.ts'
import { BanyanError, misuse } from '../../kernel/error.ts'
import type { TicketClaim, Tickets } from './tickets.ts'

/** What tickets by a shared secret need. */
export interface HmacTicketsOptions {
  /** Secrets that all processes of the platform share: the first signs, all are accepted, so that a secret can be replaced while they run. */
  readonly secrets: readonly string[]
  readonly clock: Clock
}

/** As many characters as a key of 128 bits has in hexadecimal. */
const SECRET_LENGTH_MIN = 32
/** How far the clocks of two processes may be apart, a call's way included. */
const VALID_MS = 30_000

/** Tickets signed with a secret that all processes of the platform share (HMAC, SHA-256). Throws `misuse` for a secret that could be guessed. */
export function hmacTickets({ secrets, clock }: HmacTicketsOptions): Tickets {
  const [signing] = secrets
  if (signing === undefined || secrets.some((secret) => secret.length < SECRET_LENGTH_MIN))
    misuse(`calls between processes need a shared secret of ${SECRET_LENGTH_MIN} characters at least; make one with: openssl rand -hex 32`)
  return {
    issue({ process, principal: { kind, subject, roles }, audience, operation }) {
      const claim = { process, principal: { kind, subject, roles }, audience, operation, at: clock.now() }
      const text = Buffer.from(JSON.stringify(claim)).toString('base64url')
      return `${text}.${sign(signing, text).toString('base64url')}`
    },
    accept(ticket, wanted) {
      const claim = verified(ticket, secrets)
      if (claim.audience !== wanted.audience || claim.operation !== wanted.operation)
        throw refused(`is for ${claim.audience}.${claim.operation}`)
      if (!(Math.abs(clock.now() - claim.at) <= VALID_MS))
        throw refused(`is more than ${VALID_MS / 1_000} s away from this process's time; set the clocks of both machines`)
      return claim
    },
  }
}

function verified(ticket: string | undefined, secrets: readonly string[]): TicketClaim & { readonly at: number } {
  const [text, signature, ...rest] = ticket?.split('.') ?? []
  if (text === undefined || signature === undefined || rest.length > 0) throw refused('is missing')
  const given = Buffer.from(signature, 'base64url')
  const isOurs = secrets.some((secret) => {
    const own = sign(secret, text)
    return own.length === given.length && timingSafeEqual(own, given)
  })
  if (!isOurs) throw refused('is not signed with a secret of this process')
  return JSON.parse(Buffer.from(text, 'base64url').toString()) as TicketClaim & { readonly principal: Principal; readonly at: number }
}

function sign(secret: string, text: string): Buffer {
  return createHmac('sha256', secret).update(text).digest()
}

function refused(why: string): BanyanError {
  return new BanyanError('unauthenticated', `the ticket of a call ${why}`)
}
