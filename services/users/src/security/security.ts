import path from 'node:path'
import type { ResourceOptions } from 'banyan'
import type { Logger } from 'banyan/kernel'
import { folderMailer } from '../mail/folder-mailer.ts'
import type { Mailer } from '../mail/mailer.ts'
import { createKeyedHash, type KeyedHash } from './keyed-hash.ts'
import { type LimitSettings, readLimits } from './limit-settings.ts'
import { type AdminSeed, readSettings } from './settings.ts'
import { passwordHasher, type PasswordHasher, type ScryptParameters } from './password-hash.ts'
import { createSecretToken } from './secret-token.ts'
import { createSigningKey, type SigningKey, signingKey } from './signing-key.ts'
import { createSlots, type Slots } from './slots.ts'
import type { SigningKeyRecord } from '../store/key-records.ts'

/** Time of one hash until it has been measured. */
const HASH_MS = 150
/** Folder of mails in the service's directory. */
export const MAIL_FOLDER = 'mails'
/** How long a key is used before looking whether there is a newer one. */
export const KEY_REFRESH_MS = 60_000

/** Passwords, tokens and keys, as handlers use them. */
export interface Security {
  readonly issuer: string
  readonly audience: string
  readonly admin: AdminSeed | undefined
  readonly resetPage: string | undefined
  readonly limits: LimitSettings
  readonly mailer: Mailer
  readonly keyed: KeyedHash
  /** Runs work that hashes passwords, a bounded number at a time, addresses by turns; what cannot be done in time is refused with `overloaded`. */
  readonly costly: Slots['run']
  /** Call `hash` and `verify` within {@link costly}. */
  readonly passwords: PasswordHasher
  newSecret(): string
  /** A key that signs from `activeFrom` on; default at once. */
  newSigningKey(now: number, activeFrom?: number): SigningKeyRecord
  /** The key to sign with; asks `load` for it at most once a minute. */
  currentKey(load: () => Promise<SigningKeyRecord | undefined>): Promise<SigningKey>
}

/** Opens what the service needs besides its store. `costs` of hashes are for tests. */
export async function openSecurity({ runtime, environment, directory }: ResourceOptions, costs?: ScryptParameters): Promise<Security> {
  const { random, clock } = runtime
  const settings = readSettings(environment)
  const limits = readLimits(environment)
  const folder = path.join(directory, MAIL_FOLDER)
  warnOfUnsentMails(runtime.log, folder, settings.exposure)
  const slots = createSlots({
    activeMax: limits.hashesActive,
    waitingMax: limits.hashesWaiting,
    workMs: HASH_MS,
    monotonic: () => clock.monotonic(),
  })
  return {
    ...settings,
    limits,
    mailer: folderMailer({ folder, runtime }),
    keyed: createKeyedHash(),
    costly: slots.run,
    passwords: passwordHasher(random, costs),
    newSecret: () => createSecretToken(random),
    newSigningKey: (now, activeFrom) => createSigningKey(random, now, activeFrom),
    currentKey: keyCache(() => clock.monotonic()),
  }
}

/** Where real users are, they wait for mails that nobody sends. */
function warnOfUnsentMails(log: Logger, folder: string, exposure: string | undefined): void {
  if (exposure === undefined) return
  log.warn(
    `no mail transport is configured: mails, e.g. for new passwords, are written to files and reach nobody, although ${exposure}; put a mailer in place, see docs/accounts.md`,
    { folder },
  )
}

function keyCache(monotonic: () => number): Security['currentKey'] {
  let cached: { readonly key: SigningKey; readonly at: number } | undefined
  return async (load) => {
    if (cached !== undefined && monotonic() - cached.at < KEY_REFRESH_MS) return cached.key
    const record = await load()
    if (record === undefined) throw new Error('no signing key; users creates one at its start')
    cached = { key: signingKey(record), at: monotonic() }
    return cached.key
  }
}
