import type { ServiceContext } from 'banyan'
import type { UsersContext } from './define.ts'
import { newAccount } from './operations/new-account.ts'

/** Makes sure that there is a key to sign with, and the admin that the environment asks for. Safe at every start. */
export async function prepare(context: ServiceContext): Promise<void> {
  await ensureSigningKey(context)
  await ensureAdmin(context)
}

async function ensureSigningKey({ read, checkpoint, resources, now, log }: UsersContext): Promise<void> {
  const present = await read((tx) => tx.keys.usable(now()))
  if (present.some((key) => key.retiredAt === null)) return
  const key = resources.newSigningKey(now())
  await checkpoint((tx) => tx.keys.insert(key))
  log.info('created a key for signing access tokens', { kid: key.kid })
}

/** An account with that email stays as it is: the environment must not overwrite a password that was changed since. */
async function ensureAdmin({ read, checkpoint, resources, now, id, log }: UsersContext): Promise<void> {
  const { admin } = resources
  if (admin === undefined || (await read((tx) => tx.accounts.byEmail(admin.email)))) return
  const password = await resources.costly(() => resources.hash(admin.password))
  const account = newAccount({ id: id(), email: admin.email, name: 'Administrator', roles: ['admin'], now: now() })
  await checkpoint(async (tx) => {
    if (!(await tx.accounts.insert(account))) return
    await tx.credentials.save(account.id, password, account.createdAt)
    tx.emit('user.registered', { userId: account.id, status: account.status, roles: account.roles })
  })
  log.info('created the admin that the environment asks for', { userId: account.id })
}
