import { operation, type UsersContext } from '../define.ts'
import { emailShown } from '../email/email-address.ts'
import { maySignIn } from '../domain/user-status.ts'
import { type Counters, countersOf, countFailure, forgetFailures, refuseLocked } from './guard.ts'
import { signIn, signInParts } from './sign-in.ts'

/**
 * Signs in. Unknown users and wrong passwords take the same path and the same time, and lock alike.
 * Asking for the lock, checking and counting happen within one slot of costly work, so that parallel guesses gain at most the slots.
 */
export const login = operation('login', async (input, context) => {
  const { fail, transaction, resources } = context
  const { userId, counters, outdated, isKnownDevice } = await resources.costly(context, () => verified(input, context))
  if (userId === undefined) return fail('invalid_credentials', {})
  const renewed = outdated ? await resources.costly(context, () => resources.passwords.hash(input.password)) : undefined
  const parts = await signInParts(context, isKnownDevice ? input.deviceToken : undefined)
  return transaction(async (tx) => {
    // Read anew: hashing took a while, and the token must say what is true now.
    const account = await tx.accounts.byId(userId)
    if (!account) return fail('invalid_credentials', {})
    if (!maySignIn(account.status)) return fail('account_disabled', {})
    if (renewed) await tx.credentials.save(userId, renewed, context.now())
    await forgetFailures(tx, counters)
    return signIn(tx, context, account, parts)
  })
})

/** What a visitor showed. */
interface Shown {
  readonly email: string
  readonly password: string
  readonly deviceToken?: string | undefined
}

/** The account whose password fits, if any. */
interface Verified {
  readonly userId: string | undefined
  readonly counters: Counters['counters']
  /** The hash was made with other costs than today's. */
  readonly outdated: boolean
  readonly isKnownDevice: boolean
}

/** Finds the account whose password fits; counts a failure otherwise. Throws `rate_limited` while the visitor is locked. */
async function verified({ email, password, deviceToken }: Shown, context: UsersContext): Promise<Verified> {
  const { read, resources } = context
  const address = emailShown(email)
  const known = await read(async (tx) => {
    const account = await tx.accounts.byEmail(address)
    const { counters, isKnownDevice } = await countersOf(tx, context, { emailKey: address.key, userId: account?.id, deviceToken })
    await refuseLocked(tx, context, counters)
    const stored = await tx.credentials.byUser(account?.id ?? '')
    return { account, counters, stored, isKnownDevice }
  })
  const { account, counters, stored, isKnownDevice } = known
  const fits = await resources.passwords.verify(password, stored)
  if (fits && account && stored) return { userId: account.id, counters, outdated: resources.passwords.isOutdated(stored), isKnownDevice }
  await countFailure(context, counters, account?.id)
  return { userId: undefined, counters, outdated: false, isKnownDevice: false }
}
