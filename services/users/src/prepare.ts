import type { ServiceContext } from 'banyan'
import type { UsersContext } from './define.ts'
import { emailShown } from './email/email-address.ts'
import { auditEntry } from './operations/audit-entry.ts'
import { newAccount } from './operations/new-account.ts'
import { spellPage } from './store/spellings.ts'
import { ROTATE_KEYS, rotateKeys } from './timers/rotate-keys.ts'

/** Makes sure that there are a secret, a key to sign with, keys of all spellings, and the admin that the environment asks for. Safe at every start. */
export async function prepare(context: ServiceContext): Promise<void> {
  await loadSecret(context)
  await ensureSigningKey(context)
  await spellAccounts(context)
  await ensureAdmin(context)
}

/** Name of the secret of keyed hashes. */
const SECRET = 'keyed-hash'

async function loadSecret({ read, checkpoint, resources, now }: UsersContext): Promise<void> {
  const load = (): Promise<string | undefined> => read((tx) => tx.secrets.byName(SECRET))
  if ((await load()) === undefined) {
    const fresh = resources.newSecret()
    await checkpoint((tx) => tx.secrets.keep(SECRET, fresh, now()))
  }
  resources.keyed.use((await load()) as string)
}

async function ensureSigningKey({ read, checkpoint, resources, now, log }: UsersContext): Promise<void> {
  const present = await read((tx) => tx.keys.usable(now()))
  await checkpoint((tx) => tx.schedule(rotateKeys, { id: ROTATE_KEYS, at: now(), data: {} }))
  if (present.some((key) => key.retiredAt === null)) return
  const key = resources.newSigningKey(now())
  await checkpoint((tx) => tx.keys.insert(key))
  log.info('created a key for signing access tokens', { kid: key.kid })
}

/** Gives accounts from before spellings were compared their keys, page by page; goes on where the last start ended. */
async function spellAccounts(context: UsersContext): Promise<void> {
  const { checkpoint, log } = context
  const nextPage = () =>
    checkpoint(async (tx) => {
      const collisions = await spellPage(tx.sql)
      for (const { userId, otherId } of collisions ?? [])
        await tx.audit.add(auditEntry(context, { action: 'email_collision', userId, ...(otherId === null ? {} : { after: [otherId] }) }))
      return collisions
    })
  let count = 0
  for (let page = await nextPage(); page; page = await nextPage()) count += page.length
  if (count > 0)
    log.warn('some accounts have an address that is also another account’s, or none by the rules of today; see the trail of accounts', {
      action: 'email_collision',
      count,
    })
}

/** An account with that email stays as it is: the environment must not overwrite a password that was changed since. */
async function ensureAdmin(context: UsersContext): Promise<void> {
  const { read, checkpoint, resources, now, id, log } = context
  const { admin } = resources
  if (admin === undefined) return
  const email = emailShown(admin.email)
  if (await read((tx) => tx.accounts.byEmail(email))) return
  const password = await resources.costly(context, () => resources.passwords.hash(admin.password))
  const account = newAccount({ id: id(), email, name: 'Administrator', roles: ['admin'], now: now() })
  await checkpoint(async (tx) => {
    if (!(await tx.accounts.insert(account))) return
    await tx.credentials.save(account.id, password, account.createdAt)
    tx.emit('user.registered', { userId: account.id, status: account.status, roles: account.roles })
  })
  log.info('created the admin that the environment asks for', { userId: account.id })
}
