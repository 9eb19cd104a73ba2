import { BanyanError } from 'banyan'
import { operation } from '../define.ts'
import { toUser } from './to-user.ts'

/** Returns one user. */
export const get = operation('get', async ({ id }, { read, permit }) => {
  permit(id)
  const account = await read((tx) => tx.accounts.byId(id))
  if (!account) throw new BanyanError('not_found', 'no such user')
  return toUser(account)
})
