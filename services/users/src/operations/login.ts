import { createHash } from 'node:crypto'
import { BanyanError } from 'banyan'
import { operation, type UsersContext } from '../define.ts'
import { normalEmail } from '../domain/email.ts'
import { afterFailure, lockedForMs } from '../domain/lockout.ts'
import { maySignIn } from '../domain/user-status.ts'
import { DUMMY_HASH, isOutdated } from '../security/password-hash.ts'
import type { Account } from '../store/account-records.ts'
import { currentKey, newSession } from './session.ts'

/**
 * Signs in. Unknown users and wrong passwords take the same path and the same time, and lock alike.
 * Asking for the lock, checking and counting happen within one slot of costly work, so that parallel guesses gain at most the slots.
 */
export const login = operation('login', async (input, context) => {
  const { fail, transaction, resources } = context
  const email = normalEmail(input.email)
  const { account, outdated } = await resources.costly(() => verified(email, input.password, context))
  if (account === undefined) return fail('invalid_credentials', {})
  const renewed = outdated ? await resources.costly(() => resources.hash(input.password)) : undefined
  const key = await currentKey(context)
  const refreshToken = resources.newRefreshToken()
  return transaction(async (tx) => {
    // Read anew: hashing took a while, and the token must say what is true now.
    const current = await tx.accounts.byId(account.id)
    if (!current) return fail('invalid_credentials', {})
    if (!maySignIn(current.status)) return fail('account_disabled', {})
    const { record, answer } = newSession(context, { account: current, key, refreshToken })
    if (renewed) await tx.credentials.save(account.id, renewed, record.createdAt)
    await tx.attempts.clear(attemptKey(email))
    await tx.sessions.deleteExpired(account.id, record.createdAt)
    await tx.sessions.insert(record)
    return answer
  })
})

/** An account whose password fits, or none. */
interface Verified {
  readonly account: Account | undefined
  /** The hash was made with other costs than today's. */
  readonly outdated: boolean
}

/** Returns the account when the password fits; counts a failure otherwise. Throws `rate_limited` while the address is locked. */
async function verified(email: string, password: string, { read, checkpoint, now, resources }: UsersContext): Promise<Verified> {
  const key = attemptKey(email)
  const known = await read(async (tx) => {
    const account = await tx.accounts.byEmail(email)
    return { account, attempts: await tx.attempts.byKey(key), stored: account && (await tx.credentials.byUser(account.id)) }
  })
  refuseLocked(lockedForMs(known.attempts, now()))
  const fits = await resources.verify(password, known.stored ?? DUMMY_HASH)
  if (fits && known.account && known.stored) return { account: known.account, outdated: isOutdated(known.stored) }
  await checkpoint(async (tx) => tx.attempts.save(key, afterFailure(await tx.attempts.byKey(key), now())))
  return { account: undefined, outdated: false }
}

function refuseLocked(retryAfterMs: number): void {
  if (retryAfterMs > 0)
    throw new BanyanError('rate_limited', 'too many failed sign-ins for this address; wait before you try again', { retryAfterMs })
}

function attemptKey(email: string): string {
  return createHash('sha256').update(email).digest('base64url')
}
