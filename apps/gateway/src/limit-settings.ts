import { CONNECTIONS, CONNECTIONS_PER_ADDRESS, type RateLimit, type RateLimitOptions, type ServerLimits } from '@banyan/gateway'
import { BanyanError } from 'banyan'
import type { Environment } from './environment.ts'

/**
 * A password is guessed from many addresses at once, so signing in counts by account too. One account locks long before; see users. An owner
 * is kept out by none of it: each address has its own share first.
 */
const LOGIN: RateLimit = { requests: 100, windowMs: 3_600_000, burst: 20 }
/** A family behind one address that mistypes; and the owner, while somebody uses up what all have together. */
const LOGIN_OF_ONE: RateLimit = { requests: 20, windowMs: 600_000, burst: 20 }
/** Users mails far less (`reset-quota.ts`); this keeps requests from piling up as work for one account. */
const FORGOT: RateLimit = { requests: 60, windowMs: 3_600_000, burst: 20 }
/** An address has this for itself, so the owner's request passes, whoever else asks. */
const FORGOT_OF_ONE: RateLimit = { requests: 6, windowMs: 1_800_000, burst: 6 }

/** Connections that a system can hold at all. */
const CONNECTIONS_MAX = 1_000_000

/**
 * Reads the limits of requests; throws `failed_precondition` that names the variable and what it must look like. Each is
 * `requests/seconds/burst`, e.g. `100/3600/20` for 100 an hour and 20 at once, or `off`.
 * - `BANYAN_LIMIT_ADDRESS`, `BANYAN_LIMIT_SUBJECT`: of one address, of one user or key. Default: the gateway's.
 * - `BANYAN_LIMIT_LOGIN`, `BANYAN_LIMIT_FORGOT`: sign-ins and requests for a new password, of one account from everywhere together. What one
 *   address has for itself stays.
 */
export function rateLimits(environment: Environment): RateLimitOptions {
  const address = rateOf(environment, 'BANYAN_LIMIT_ADDRESS')
  const subject = rateOf(environment, 'BANYAN_LIMIT_SUBJECT')
  const login = rateOf(environment, 'BANYAN_LIMIT_LOGIN') ?? LOGIN
  const forgot = rateOf(environment, 'BANYAN_LIMIT_FORGOT') ?? FORGOT
  return {
    ...(address === undefined ? {} : { address }),
    ...(subject === undefined ? {} : { subject }),
    operations: {
      ...(login && { 'users.login': { target: { field: 'email', limit: login, own: LOGIN_OF_ONE } } }),
      ...(forgot && { 'users.requestReset': { target: { field: 'email', limit: forgot, own: FORGOT_OF_ONE } } }),
    },
  }
}

/**
 * Reads how many connections may be open: `BANYAN_CONNECTIONS_MAX` at all, `BANYAN_CONNECTIONS_PER_ADDRESS_MAX` of one address. Default: the
 * gateway's. Throws `failed_precondition` for what is no whole number, and where one address may have more than there are.
 */
export function connectionLimits(environment: Environment): ServerLimits {
  const connections = countOf(environment, 'BANYAN_CONNECTIONS_MAX')
  const connectionsPerAddress = countOf(environment, 'BANYAN_CONNECTIONS_PER_ADDRESS_MAX')
  refuseOneForAll(connections, connectionsPerAddress)
  return {
    ...(connections === undefined ? {} : { connections }),
    ...(connectionsPerAddress === undefined ? {} : { connectionsPerAddress }),
  }
}

/** What one address may have bounds nothing when it is more than there is: one client would keep all others out. */
function refuseOneForAll(connections: number | undefined, perAddress: number | undefined): void {
  const [all, one] = [connections ?? CONNECTIONS, perAddress ?? CONNECTIONS_PER_ADDRESS]
  if (one <= all) return
  throw new BanyanError(
    'failed_precondition',
    `one address may have ${one} connections (BANYAN_CONNECTIONS_PER_ADDRESS_MAX) of ${all} at all (BANYAN_CONNECTIONS_MAX), so one client could keep all others out; set the first at most as high as the second`,
  )
}

function rateOf(environment: Environment, name: string): RateLimit | false | undefined {
  const text = environment[name]
  if (text === undefined || text === '') return undefined
  if (text === 'off') return false
  const [, requests, seconds, burst] = /^([1-9][0-9]{0,8})\/([1-9][0-9]{0,5})\/([1-9][0-9]{0,8})$/.exec(text) ?? []
  if (requests === undefined)
    throw refusal(name, text, 'requests/seconds/burst in whole numbers from 1, e.g. "100/3600/20" for 100 an hour and 20 at once, or "off"')
  return { requests: Number(requests), windowMs: Number(seconds) * 1_000, burst: Number(burst) }
}

function countOf(environment: Environment, name: string): number | undefined {
  const text = environment[name]
  if (text === undefined || text === '') return undefined
  const value = /^[0-9]+$/.test(text) ? Number(text) : 0
  if (value < 1 || value > CONNECTIONS_MAX) throw refusal(name, text, `a whole number from 1 to ${CONNECTIONS_MAX}`)
  return value
}

function refusal(name: string, text: string, expected: string): BanyanError {
  return new BanyanError('failed_precondition', `${name} is ${JSON.stringify(text)}; give ${expected}`)
}
