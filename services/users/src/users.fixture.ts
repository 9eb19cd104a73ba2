import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Service } from 'banyan'
import { testPlatform, type TestPlatformOptions } from '@banyan/testing'
import { ANONYMOUS, type Principal, type Static } from 'banyan/contract'
import { createRuntime, deadlineAfter, systemClock } from 'banyan/kernel'
import type { StoreFactory } from 'banyan/store'
import { users } from './contract.ts'
import { openSecurity } from './security/security.ts'
import { usersService } from './service.ts'

type Operation = keyof typeof users.operations
type InputOf<K extends Operation> = Static<(typeof users.operations)[K]['input']>
type OutputOf<K extends Operation> = Static<(typeof users.operations)[K]['output']>

/** A password that the policy accepts. */
export const PASSWORD = 'correct horse battery'

/** Environment with an administrator. */
export const ADMIN = { BANYAN_ADMIN_EMAIL: 'root@example.org', BANYAN_ADMIN_PASSWORD: 'a long admin secret' }

/** The users service with hashes that cost little: what their costs are is tested where they are made. */
export const QUICK_USERS: Service = {
  ...usersService,
  definition: { ...usersService.definition, resources: (options) => openSecurity(options, { N: 16, r: 1, p: 1 }) },
}

/** Starts users alone, on a clock whose wall time the test can move. */
export async function usersPlatform(options: Omit<TestPlatformOptions, 'services'> = {}) {
  let offsetMs = 0
  let elapsedMs = 0
  const machine = systemClock()
  const clock = { ...machine, now: () => machine.now() + offsetMs, monotonic: () => machine.monotonic() + elapsedMs }
  const runtime = { clock }
  const platform = await testPlatform({ ...options, services: [QUICK_USERS], runtime })
  const { ids } = createRuntime()
  const hosted = platform.services[0] as (typeof platform.services)[number]

  /** Calls as the gateway would for this principal. */
  async function callAs<K extends Operation>(principal: Principal, operation: K, input: InputOf<K>, origin?: string): Promise<OutputOf<K>> {
    const id = ids.uuid()
    const trace = { traceId: ids.hex(16), spanId: ids.hex(8), flags: 0 } as const
    const scope = { principal, deadline: deadlineAfter(clock, 10_000), trace, correlationId: id, causationId: id, origin }
    return (await hosted.invoke({ service: 'users', operation, input, scope })).output as OutputOf<K>
  }
  return {
    platform,
    users: platform.client(users),
    callAs,
    /** Signs the administrator of {@link ADMIN} in. */
    async signInAdmin(): Promise<Principal> {
      const credentials = { email: ADMIN.BANYAN_ADMIN_EMAIL, password: ADMIN.BANYAN_ADMIN_PASSWORD }
      return asUser((await callAs(ANONYMOUS, 'login', credentials)).user.id, 'admin')
    },
    guest: <K extends Operation>(operation: K, input: InputOf<K>, origin?: string) => callAs(ANONYMOUS, operation, input, origin),
    /** Texts of the mails so far, oldest first. */
    mails: () => mailsIn(path.join(platform.directory, 'files', 'users', 'mails')),
    advance: (ms: number) => {
      offsetMs += ms
    },
    /** Moves monotonic time, which caches go by. */
    elapse: (ms: number) => {
      elapsedMs += ms
    },
    [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
  }
}

function mailsIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).filter((name) => name.endsWith('.txt'))
  return names.toSorted().map((name) => readFileSync(path.join(folder, name), 'utf8'))
}

/** The principal of a signed-in user. */
export function asUser(subject: string, ...roles: readonly string[]): Principal {
  return { kind: 'user', subject, roles: roles.length === 0 ? ['customer'] : roles }
}

/** A registration that is accepted. */
export function aRegistration(overrides: Partial<InputOf<'register'>> = {}): InputOf<'register'> {
  return { email: 'ada@example.org', password: PASSWORD, name: 'Ada Lovelace', ...overrides }
}

/** Where the users of one test are kept. */
export interface UsersPlace extends AsyncDisposable {
  /** Default: SQLite files. */
  readonly stores?: StoreFactory
}

/** Starts users in a place, which vanishes with them. */
export async function usersIn(open: () => Promise<UsersPlace>, options: Omit<TestPlatformOptions, 'services' | 'stores'> = {}) {
  const place = await open()
  const shop = await usersPlatform({ ...options, ...(place.stores ? { stores: place.stores } : {}) })
  return {
    ...shop,
    async [Symbol.asyncDispose]() {
      await shop[Symbol.asyncDispose]()
      await place[Symbol.asyncDispose]()
    },
  }
}
