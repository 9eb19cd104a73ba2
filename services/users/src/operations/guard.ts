import { BanyanError } from 'banyan'
import type { UsersContext } from '../define.ts'
import { afterFailure, lockedForMs } from '../domain/lockout.ts'
import { tokenHash } from '../security/secret-token.ts'
import type { UsersRepository } from '../store/users-store.ts'
import { auditEntry } from './audit-entry.ts'
import { originKey } from './origin-key.ts'

/** What failures are counted under, and how many are free. */
export interface Counter {
  readonly key: string
  readonly free: number
}

/** What a visitor is counted under, and why. */
export interface Counters {
  /** The visitor's own first; a stranger's has the one that all strangers at the account share behind it. */
  readonly counters: readonly [own: Counter, ...strangers: Counter[]]
  /** The owner has signed in with this device. */
  readonly isKnownDevice: boolean
}

/** Who tries to sign in to what. */
export interface Visitor {
  readonly emailKey: string
  /** The account of the address; undefined where there is none. */
  readonly userId: string | undefined
  readonly deviceToken: string | undefined
}

/**
 * Returns what the failures of a visitor are counted under (OWASP's device cookies). A known device is counted by itself, so that nobody else
 * can lock it. Others are counted by account and address, and all strangers of an account together; an address from which the owner has
 * signed in is no stranger. Addresses without an account are counted in the same way, and with the same reads.
 */
export async function countersOf(
  tx: Pick<UsersRepository, 'devices'>,
  context: Pick<UsersContext, 'origin' | 'resources' | 'now'>,
  { emailKey, userId = '', deviceToken = '' }: Visitor,
): Promise<Counters> {
  const { now } = context
  const isKnownDevice = await tx.devices.isKnown(userId, tokenHash(deviceToken), now())
  const isKnownOrigin = await tx.devices.isKnownOrigin(userId, originKey(context), now())
  if (isKnownDevice) return { counters: [deviceOf(context, deviceToken)], isKnownDevice }
  const own = addressOf(context, emailKey)
  return { counters: isKnownOrigin ? [own] : [own, strangersOf(context, emailKey)], isKnownDevice }
}

/** The counter of a known device. */
export function deviceOf({ resources }: Pick<UsersContext, 'resources'>, deviceToken: string): Counter {
  return { key: resources.keyed.of('device', tokenHash(deviceToken)), free: resources.limits.failures }
}

/** The counter of one account at the address of the request. */
export function addressOf({ origin = '', resources }: Pick<UsersContext, 'origin' | 'resources'>, emailKey: string): Counter {
  return { key: resources.keyed.of('account and address', emailKey, origin), free: resources.limits.failures }
}

/** The counter that all strangers at one account share. */
export function strangersOf({ resources }: Pick<UsersContext, 'resources'>, emailKey: string): Counter {
  return { key: resources.keyed.of('strangers', emailKey), free: resources.limits.failuresOfStrangers }
}

/** The counter of wrong passwords at a change of the password. By account alone: it takes a token to get there. */
export function changesOf({ resources }: Pick<UsersContext, 'resources'>, userId: string): Counter {
  return { key: resources.keyed.of('change of password', userId), free: resources.limits.failures }
}

/** Throws `rate_limited` while one of the counters is locked. */
export async function refuseLocked(
  tx: Pick<UsersRepository, 'attempts'>,
  { now }: Pick<UsersContext, 'now'>,
  counters: readonly Counter[],
): Promise<void> {
  let retryAfterMs = 0
  for (const { key } of counters) retryAfterMs = Math.max(retryAfterMs, lockedForMs(await tx.attempts.byKey(key), now()))
  if (retryAfterMs > 0)
    throw new BanyanError('rate_limited', 'too many wrong passwords from here; wait before you try again', { retryAfterMs })
}

/** Counts a failure, and puts it into the trail. */
export async function countFailure(context: UsersContext, counters: readonly Counter[], userId: string | undefined): Promise<void> {
  const { checkpoint, now } = context
  await checkpoint(async (tx) => {
    await tx.audit.add(auditEntry(context, { action: 'login_failed', userId: userId ?? null }))
    let isLocked = false
    for (const { key, free } of counters) {
      const attempts = afterFailure(await tx.attempts.byKey(key), free, now())
      isLocked ||= attempts.lockedUntil > now()
      await tx.attempts.save(key, attempts)
    }
    if (isLocked) await tx.audit.add(auditEntry(context, { action: 'locked_out', userId: userId ?? null }))
  })
}

/** Forgets the failures of a visitor who turned out to be the owner; those of all strangers together stay. */
export async function forgetFailures(tx: Pick<UsersRepository, 'attempts'>, [own]: Counters['counters']): Promise<void> {
  await tx.attempts.clear(own.key)
}
