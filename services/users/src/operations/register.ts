import { operation } from '../define.ts'
import { normalEmail } from '../domain/email.ts'
import { passwordFaults } from '../domain/password-policy.ts'
import { newAccount } from './new-account.ts'
import { currentKey, newSession } from './session.ts'

/** Creates an account and signs it in. A taken email is found before the password is hashed: hashing is the costly part. */
export const register = operation('register', async (input, context) => {
  const { read, transaction, fail, resources } = context
  const email = normalEmail(input.email)
  const reasons = passwordFaults(input.password, email)
  if (reasons.length > 0) fail('weak_password', { reasons: [...reasons] })
  if (await read((tx) => tx.accounts.byEmail(email))) fail('email_taken', {})
  const password = await resources.costly(() => resources.hash(input.password))
  const account = newAccount({ ...input, email, id: context.id(), roles: ['customer'], now: context.now() })
  const key = await currentKey(context)
  const { record, answer } = newSession(context, { account, key, refreshToken: resources.newRefreshToken() })
  return transaction(async (tx) => {
    if (!(await tx.accounts.insert(account))) fail('email_taken', {})
    await tx.credentials.save(account.id, password, account.createdAt)
    await tx.sessions.insert(record)
    tx.emit('user.registered', { userId: account.id, status: account.status, roles: account.roles })
    return { id: account.id, ...answer }
  })
})
