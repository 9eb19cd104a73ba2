import { BanyanError } from 'banyan'
import { FREE_FAILURES, FREE_FAILURES_OF_STRANGERS } from '../domain/lockout.ts'
import { MAILS_OF_ONE, MAILS_OF_STRANGERS } from '../domain/reset-quota.ts'

/** How much may be tried at an account, and how many passwords are checked. */
export interface LimitSettings {
  /** Wrong passwords of one device or address before the first lock. */
  readonly failures: number
  /** Wrong passwords of all strangers together. */
  readonly failuresOfStrangers: number
  /** Mails for a new password whose tokens are good, for one device or address. */
  readonly mails: number
  /** The same for all strangers together. */
  readonly mailsOfStrangers: number
  /** Passwords that are hashed at a time. */
  readonly hashesActive: number
  /** Passwords that may wait for it. */
  readonly hashesWaiting: number
}

/** Hashes at once: half of Node's four worker threads, so that the disk never waits behind passwords. */
const HASHES_ACTIVE = 2
/** Node's own bound of worker threads is 1,024; more than this wait for the processor anyway. */
const HASHES_ACTIVE_MAX = 64
/** Hashes that may wait: about five seconds of work, half an operation's time. */
const HASHES_WAITING = 60
/** Half of the tokens that are looked at (`PENDING_MAX`): a limit above could not be counted up to, for the others' tokens stand among them. */
export const MAILS_MAX = 500
/** Above any use: a number beyond it is a slip. */
const COUNT_MAX = 100_000

/**
 * Reads the limits from the environment; throws `failed_precondition` that names the variable and what it must be.
 * - `BANYAN_LOGIN_FAILURES_MAX`, `BANYAN_LOGIN_FAILURES_OF_STRANGERS_MAX`: wrong passwords before a lock. Defaults: {@link FREE_FAILURES}, {@link FREE_FAILURES_OF_STRANGERS}.
 * - `BANYAN_RESET_MAILS_MAX`, `BANYAN_RESET_MAILS_OF_STRANGERS_MAX`: mails in half an hour, {@link MAILS_MAX} at most. Defaults: {@link MAILS_OF_ONE}, {@link MAILS_OF_STRANGERS}.
 * - `BANYAN_PASSWORD_CHECKS_ACTIVE`, `BANYAN_PASSWORD_CHECKS_WAITING`: passwords that are hashed at a time, and that may wait. Defaults: 2, 60.
 */
export function readLimits(environment: Readonly<Record<string, string | undefined>>): LimitSettings {
  const count = (name: string, byDefault: number, max = COUNT_MAX, min = 1): number => {
    const text = environment[name]
    if (text === undefined || text === '') return byDefault
    const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    throw new BanyanError(
      'failed_precondition',
      `${name} is ${JSON.stringify(text)}; give a whole number from ${min} to ${max}, or leave it out for ${byDefault}`,
    )
  }
  refuseFewerForAll(environment, 'BANYAN_LOGIN_FAILURES_MAX', 'BANYAN_LOGIN_FAILURES_OF_STRANGERS_MAX')
  refuseFewerForAll(environment, 'BANYAN_RESET_MAILS_MAX', 'BANYAN_RESET_MAILS_OF_STRANGERS_MAX')
  return {
    failures: count('BANYAN_LOGIN_FAILURES_MAX', FREE_FAILURES),
    failuresOfStrangers: count('BANYAN_LOGIN_FAILURES_OF_STRANGERS_MAX', FREE_FAILURES_OF_STRANGERS),
    mails: count('BANYAN_RESET_MAILS_MAX', MAILS_OF_ONE, MAILS_MAX),
    mailsOfStrangers: count('BANYAN_RESET_MAILS_OF_STRANGERS_MAX', MAILS_OF_STRANGERS, MAILS_MAX),
    hashesActive: count('BANYAN_PASSWORD_CHECKS_ACTIVE', HASHES_ACTIVE, HASHES_ACTIVE_MAX),
    hashesWaiting: count('BANYAN_PASSWORD_CHECKS_WAITING', HASHES_WAITING, COUNT_MAX, 0),
  }
}

/** With fewer for all strangers together than for one of them, one alone would lock out all others. */
function refuseFewerForAll(environment: Readonly<Record<string, string | undefined>>, ofOne: string, ofAll: string): void {
  const [one, all] = [environment[ofOne], environment[ofAll]]
  if (!one || !all || !(Number(one) > Number(all))) return
  throw new BanyanError(
    'failed_precondition',
    `${ofAll} is ${all}, fewer for all strangers together than the ${one} of one alone (${ofOne}), who could lock out all others; set it at least as high`,
  )
}
