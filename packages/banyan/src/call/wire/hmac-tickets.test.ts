import assert from 'node:assert/strict'
import { test } from 'node:test'
import { servicePrincipal } from '../../contract/access.ts'
import { hmacTickets } from './hmac-tickets.ts'
import type { TicketClaim } from './tickets.ts'

const SECRET = 'a-secret-of-the-tests-that-is-long-enough'
const OTHER = 'another-secret-of-the-tests-just-as-long'
const CLAIM: TicketClaim = { process: 'p1', principal: servicePrincipal('orders'), audience: 'stock', operation: 'reserve' }
const WANTED = { audience: 'stock', operation: 'reserve' }
let now = 1_000_000_000_000
const clock = { now: () => now, monotonic: () => 0, setTimer: () => () => {}, soon: () => {} }
const tickets = hmacTickets({ secrets: [SECRET], clock })
const refused = (ticket: string | undefined, pattern: RegExp, wanted = WANTED) =>
  assert.throws(() => tickets.accept(ticket, wanted), { code: 'unauthenticated', message: pattern })

test('a ticket vouches for what it was issued for', () => {
  const { process, principal, audience, operation } = tickets.accept(tickets.issue(CLAIM), WANTED)
  assert.deepEqual({ process, principal, audience, operation }, CLAIM)
})

test('a ticket is good for one operation of one service', () => {
  refused(tickets.issue(CLAIM), /is for stock\.reserve/, { audience: 'stock', operation: 'release' })
  refused(tickets.issue(CLAIM), /is for stock\.reserve/, { audience: 'payments', operation: 'reserve' })
})

test('a ticket is good for seconds, whichever clock is ahead', () => {
  const ticket = tickets.issue(CLAIM)
  for (const passedMs of [-30_000, 0, 30_000]) {
    now += passedMs
    tickets.accept(ticket, WANTED)
    now -= passedMs
  }
  for (const passedMs of [-30_001, 30_001]) {
    now += passedMs
    refused(ticket, /more than 30 s away/)
    now -= passedMs
  }
})

test('a ticket that nobody signed, or somebody else, or that was changed is refused', () => {
  const [text = '', signature = ''] = tickets.issue(CLAIM).split('.')
  const forged = Buffer.from(JSON.stringify({ ...CLAIM, principal: servicePrincipal('platform'), at: now })).toString('base64url')
  const stranger = hmacTickets({ secrets: [OTHER], clock })
  for (const ticket of [
    undefined,
    '',
    '.',
    text,
    `${text}.`,
    `${text}.${signature}.x`,
    `${forged}.${signature}`,
    `${text}.${signature.slice(1)}`,
    stranger.issue(CLAIM),
  ])
    refused(ticket, /^the ticket of a call /)
})

test('a secret is replaced while processes run: the first signs, all are accepted', () => {
  const rotating = hmacTickets({ secrets: [OTHER, SECRET], clock })
  rotating.accept(tickets.issue(CLAIM), WANTED)
  refused(rotating.issue(CLAIM), /not signed/)
})

test('a secret that is missing or could be guessed is refused', () => {
  for (const secrets of [[], [''], ['short'], [SECRET, 'x'.repeat(31)]])
    assert.throws(() => hmacTickets({ secrets, clock }), { code: 'misuse', message: /openssl rand -hex 32/ })
})
