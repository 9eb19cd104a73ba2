import { createHash } from 'node:crypto'
import { ADMIN, registerUser, shopClient } from '../support/shop-client.ts'

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
  const customer = (name: string): Caller =>
    signedIn(name, async () => bearer((await registerUser(url, `${name}-${++number}@fuzz.example`)).token))
  const admin = administrator(url)
  return [
    fixed('nobody', {}, true),
    customer('ann'),
    customer('bob'),
    admin,
    fixed('staff', { 'x-api-key': STAFF_KEY }),
    fixed('operator', { 'x-api-key': OPERATOR_KEY }),
    fixed('a stranger with a made-up key', { 'x-api-key': 'made-up' }, true),
    signedIn('a forger', async () => forged(await admin.headers()), true),
  ]
}

/**
 * The administrator. Requests guess its password from our address and may even disable it: it comes back as a known device, and failing that with
 * the key of an operator.
 */
function administrator(url: string): Caller {
  let deviceToken: string | undefined
  const operator = { 'x-api-key': OPERATOR_KEY }
  const login = { email: ADMIN.BANYAN_ADMIN_EMAIL, password: ADMIN.BANYAN_ADMIN_PASSWORD }
  const signIn = async (): Promise<Headers> => {
    const body = deviceToken === undefined ? login : { ...login, deviceToken }
    const answer = await shopClient(url).request<{ accessToken: string; deviceToken: string }>('POST', '/api/auth/login', body)
    if (answer.status !== 200) return operator
    deviceToken = answer.body.deviceToken
    return bearer(answer.body.accessToken)
  }
  return signedIn('admin', signIn)
}

type Headers = Readonly<Record<string, string>>

function bearer(token: string): Headers {
  return { authorization: `Bearer ${token}` }
}

function fixed(name: string, headers: Readonly<Record<string, string>>, stranger = false): Caller {
  return { name, stranger, headers: () => Promise.resolve(headers) }
}

function signedIn(name: string, signIn: () => Promise<Headers>, stranger = false): Caller {
  let headers: Headers = {}
  let until = 0
  return {
    name,
    stranger,
    async headers() {
      if (Date.now() >= until) {
        headers = await signIn()
        until = Date.now() + TOKEN_MS
      }
      return headers
    },
    refused() {
      until = 0
    },
  }
}

/** What somebody else presents, with its last characters changed. */
function forged(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, `${value.slice(0, -6)}AAAAAA`]))
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
