import { createHash } from 'node:crypto'
import { ADMIN, adminToken, registerUser } from '../support/shop-client.ts'

/** Somebody who sends requests. */
export interface Caller {
  readonly name: string
  /** Presents nothing that is worth anything. */
  readonly stranger: boolean
  /** What they present; fresh each time, because tokens expire. */
  headers(): Promise<Readonly<Record<string, string>>>
  /** What they presented was refused: requests end sessions, lock accounts and take roles away. They present something new next time. */
  refused?(): void
}

/** Access tokens last for 15 minutes. */
const TOKEN_MS = 8 * 60_000
const STAFF_KEY = 'a-key-of-the-staff'
const OPERATOR_KEY = 'a-key-of-the-operators'

/** Environment with which {@link shopCallers} can speak. */
export const CALLERS_ENVIRONMENT: Readonly<Record<string, string>> = {
  ...ADMIN,
  BANYAN_API_KEYS: `staff:support+warehouse+finance:${sha256(STAFF_KEY)},operators:admin:${sha256(OPERATOR_KEY)}`,
}

/** Everybody who may come: nobody in particular, two customers, staff, administrators, and those who forge what they present. */
export function shopCallers(url: string): Caller[] {
  let number = 0
  const customer = (name: string): Caller => signedIn(name, async () => (await registerUser(url, `${name}-${++number}@fuzz.example`)).token)
  return [
    fixed('nobody', {}, true),
    customer('ann'),
    customer('bob'),
    signedIn('admin', () => adminToken(url)),
    fixed('staff', { 'x-api-key': STAFF_KEY }),
    fixed('operator', { 'x-api-key': OPERATOR_KEY }),
    fixed('a stranger with a made-up key', { 'x-api-key': 'made-up' }, true),
    signedIn('a forger', async () => forged(await adminToken(url)), true),
  ]
}

function fixed(name: string, headers: Readonly<Record<string, string>>, stranger = false): Caller {
  return { name, stranger, headers: () => Promise.resolve(headers) }
}

function signedIn(name: string, signIn: () => Promise<string>, stranger = false): Caller {
  let token = ''
  let until = 0
  return {
    name,
    stranger,
    async headers() {
      if (Date.now() >= until) {
        token = await signIn()
        until = Date.now() + TOKEN_MS
      }
      return { authorization: `Bearer ${token}` }
    },
    refused() {
      until = 0
    },
  }
}

/** The token of somebody else, with its last characters changed. */
function forged(token: string): string {
  return `${token.slice(0, -6)}AAAAAA`
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
