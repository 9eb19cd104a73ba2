import { operation } from '../define.ts'
import { parseEmail } from '../email/email-address.ts'
import { passwordFaults } from '../domain/password-policy.ts'
import { newAccount } from './new-account.ts'
import { signIn, signInParts } from './sign-in.ts'

/** Creates an account and signs it in. A taken email is found before the password is hashed: hashing is the costly part. */
export const register = operation('register', async (input, context) => {
  const { read, transaction, fail, resources } = context
  const email = parseEmail(input.email)
  const reasons = passwordFaults(input.password, email.shown)
  if (reasons.length > 0) fail('weak_password', { reasons: [...reasons] })
  if (await read((tx) => tx.accounts.byEmail(email))) fail('email_taken', {})
  const password = await resources.costly(context, () => resources.passwords.hash(input.password))
  const account = newAccount({ ...input, email, id: context.id(), roles: ['customer'], now: context.now() })
  const parts = await signInParts(context)
  return transaction(async (tx) => {
    if (!(await tx.accounts.insert(account))) fail('email_taken', {})
    await tx.credentials.save(account.id, password, account.createdAt)
    tx.emit('user.registered', { userId: account.id, status: account.status, roles: account.roles })
    return { id: account.id, ...(await signIn(tx, context, account, parts)) }
  })
})
