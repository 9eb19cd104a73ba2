import { BanyanError } from 'banyan'
import { operation } from '../define.ts'
import { toUser } from './to-user.ts'

/** Returns the signed-in user. A token can outlive its account by minutes; then there is nobody to show. */
export const me = operation('me', async (_input, { read, principal }) => {
  const account = await read((tx) => tx.accounts.byId(principal.subject))
  if (!account) throw new BanyanError('not_found', 'no account belongs to this token; sign in again')
  return toUser(account)
})
