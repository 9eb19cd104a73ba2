import { BanyanError } from 'banyan'
import { isLoopbackHost } from 'banyan/kernel'
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from '../contract.ts'
import { EMAIL_EXPECTED, readEmail } from '../email/email-address.ts'
import { passwordFaults } from '../domain/password-policy.ts'

/** An admin that the environment asks for. */
export interface AdminSeed {
  readonly email: string
  readonly password: string
}

/** What the environment decides. */
export interface UsersSettings {
  readonly issuer: string
  readonly audience: string
  /** Undefined: no admin is created. */
  readonly admin: AdminSeed | undefined
  /** Page of the shop where a new password is set with the token of a mail; undefined: the mail tells the operation. */
  readonly resetPage: string | undefined
  /** Why others than a developer reach this platform; undefined where they do not. */
  readonly exposure: string | undefined
}

/** Shortest password of an admin whom others can reach: it opens everything, and nobody has to type it often. */
const ADMIN_PASSWORD_LENGTH_MIN = 12

/** Reads the settings; throws `failed_precondition` for an admin that must not exist. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): UsersSettings {
  return {
    issuer: environment['BANYAN_ISSUER'] || TOKEN_ISSUER,
    audience: environment['BANYAN_AUDIENCE'] || TOKEN_AUDIENCE,
    admin: readAdmin(environment),
    resetPage: readResetPage(environment['BANYAN_RESET_PAGE']),
    exposure: exposureOf(environment),
  }
}

function readAdmin(environment: Readonly<Record<string, string | undefined>>): AdminSeed | undefined {
  const { BANYAN_ADMIN_EMAIL: address, BANYAN_ADMIN_PASSWORD: password } = environment
  if (!address && !password) return undefined
  if (!address || !password) refuse('set both BANYAN_ADMIN_EMAIL and BANYAN_ADMIN_PASSWORD, or neither')
  const email = readEmail(address)?.shown
  if (email === undefined) refuse(`BANYAN_ADMIN_EMAIL ${EMAIL_EXPECTED}`)
  const exposure = exposureOf(environment)
  if (exposure !== undefined) {
    const faults = [...passwordFaults(password, email)]
    if (password.length < ADMIN_PASSWORD_LENGTH_MIN) faults.push(`must have at least ${ADMIN_PASSWORD_LENGTH_MIN} characters`)
    if (faults.length > 0) refuse(`BANYAN_ADMIN_PASSWORD ${faults.join(' and ')}, because ${exposure}`)
  }
  return { email, password }
}

function readResetPage(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined
  const page = URL.parse(text)
  if (page === null || !['https:', 'http:'].includes(page.protocol) || text.includes('#'))
    refuse('BANYAN_RESET_PAGE must be the URL of a page without "#", e.g. "https://shop.example.org/new-password"')
  return text
}

/** What a gateway on loopback needs only when others reach it all the same, through a proxy on this machine. */
const BEHIND_PROXY = ['BANYAN_TRUSTED_PROXIES', 'BANYAN_HOSTS'] as const

/** Says why others than a developer reach this shop, as a clause behind "because" and "although"; undefined on a developer's own machine. */
function exposureOf(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  if (environment['NODE_ENV'] === 'production') return 'NODE_ENV is production'
  const host = environment['HOST'] || '127.0.0.1'
  if (!isLoopbackHost(host)) return `other machines reach this shop (HOST is "${host}")`
  if (environment['BANYAN_HTTPS'] === 'on') return 'others reach this shop through a proxy (BANYAN_HTTPS is on)'
  const name = BEHIND_PROXY.find((variable) => environment[variable])
  return name && `others reach this shop through a proxy (${name} is set)`
}

function refuse(message: string): never {
  throw new BanyanError('failed_precondition', message)
}
