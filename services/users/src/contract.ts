import { command, contract, declareError, event, GivenTimestamp, query, type Static, Text, Timestamp, Type, Version } from 'banyan'
import { ID_LENGTH_MAX, idCursor } from 'banyan/contract'

/** Roles a user may have. */
export const ROLES = ['customer', 'support', 'warehouse', 'finance', 'admin'] as const
/** States of a user; see `domain/user-status.ts` for the allowed moves. */
export const USER_STATUSES = ['pending', 'active', 'locked', 'disabled', 'erasing', 'erased'] as const
/** What the trail of accounts tells of; see `docs/accounts.md`. */
export const AUDIT_ACTIONS = [
  'login_failed',
  'locked_out',
  'password_changed',
  'password_reset_mailed',
  'password_reset',
  'signed_out_everywhere',
  'refresh_token_reused',
  'roles_changed',
  'status_changed',
  'account_erased',
  'email_collision',
  'signing_key_rotated',
] as const
/** Issuer of access tokens where the environment names none (`BANYAN_ISSUER`). */
export const TOKEN_ISSUER = 'banyan-shop'
/** Audience of access tokens where the environment names none (`BANYAN_AUDIENCE`). */
export const TOKEN_AUDIENCE = 'banyan-shop-api'

/** What users passes to `tx.notify` when tokens were ended before their time. */
export const TOKENS_ENDED = 'tokens-ended'
/** How long an access token is good, in seconds. Whoever verifies tokens must know of those that were ended within this time. */
export const ACCESS_TOKEN_SECONDS = 15 * 60

const UserId = Text.id()
const Email = Text.email()
/** The policy (`domain/password-policy.ts`) is the handler's; the bound keeps a huge text from being hashed. */
const Password = Text.raw({ max: 256 })
const Name = Text.name({ max: 200 })
const Phone = Text.phone()
const Locale = Type.String({ maxLength: 35, pattern: '^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$' })
const Status = Type.Enum([...USER_STATUSES])
const Roles = Type.Array(Type.Enum([...ROLES]), { minItems: 1, maxItems: ROLES.length, uniqueItems: true })
const RefreshToken = Text.token({ max: 512 })
const SecretToken = Text.token({ max: 128 })
/** What an earlier sign-in on the same device was answered with. It opens nothing: it keeps what strangers do out of the way. */
const OwnDevice = Type.Optional(SecretToken)
const OptionalText = Type.Union([Type.String(), Type.Null()])

/** A user as the user and staff see it. Times are ISO 8601 in UTC. */
export const User = Type.Object({
  id: UserId,
  email: Type.String(),
  name: Type.String(),
  phone: OptionalText,
  locale: OptionalText,
  status: Status,
  roles: Roles,
  marketingConsent: Type.Boolean(),
  emailVerifiedAt: Type.Union([Timestamp, Type.Null()]),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  version: Type.Integer(),
})
export type User = Static<typeof User>

/** Tokens of a signed-in user. The access token is a JWT for `Authorization: Bearer`; the refresh token is opaque and good for one use. */
export const Session = Type.Object({
  accessToken: Type.String(),
  refreshToken: Type.String(),
  tokenType: Type.Literal('Bearer'),
  /** Seconds until the access token expires. */
  expiresIn: Type.Integer(),
  user: User,
})
export type Session = Static<typeof Session>

/** A session, and a token that makes the device known: shown at the next sign-in, it keeps failures of strangers from locking it out. */
const SignedIn = Type.Object({ ...Session.properties, deviceToken: Type.String() })
export type SignedIn = Static<typeof SignedIn>

/** A public signature key (RFC 8037). */
const PublicKey = Type.Object({
  kty: Type.Literal('OKP'),
  crv: Type.Literal('Ed25519'),
  x: Type.String(),
  kid: Type.String(),
  alg: Type.String(),
  use: Type.Literal('sig'),
})

const Registration = Type.Object({
  email: Email,
  password: Password,
  name: Name,
  phone: Type.Optional(Phone),
  locale: Type.Optional(Locale),
  marketingConsent: Type.Optional(Type.Boolean()),
})
const UserChange = Type.Object({
  id: UserId,
  version: Version,
  name: Type.Optional(Name),
  phone: Type.Optional(Type.Union([Phone, Type.Null()])),
  locale: Type.Optional(Type.Union([Locale, Type.Null()])),
  marketingConsent: Type.Optional(Type.Boolean()),
  roles: Type.Optional(Roles),
  status: Type.Optional(Type.Enum(['active', 'disabled'])),
})
const UserFilter = Type.Object({
  /** Part of a name or an email, in any case, with or without accents. */
  q: Type.Optional(Text.line({ max: 100, min: 0 })),
  status: Type.Optional(Status),
  cursor: Type.Optional(idCursor()),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
})
const UserFacts = Type.Object({ userId: UserId, status: Status, roles: Roles })
/** Whose access tokens were ended: those issued at this moment or before are no longer good. */
const EndedTokens = Type.Object({ userId: UserId, at: Timestamp })
/** Epoch milliseconds and a user id as JSON in base64url, four characters for three: 16 digits, brackets, quotes and a comma, and the id. */
const RevocationCursor = Text.token({ max: Math.ceil(((21 + ID_LENGTH_MAX) * 4) / 3) })
const AuditAction = Type.Enum([...AUDIT_ACTIONS])
const OptionalTexts = Type.Union([Type.Array(Type.String()), Type.Null()])
/** An entry of the trail of accounts. */
const AuditEntry = Type.Object({
  id: Type.String(),
  at: Timestamp,
  action: AuditAction,
  userId: OptionalText,
  actor: Type.Object({ kind: Type.String(), id: Type.String() }),
  /** The same for entries of one address; the address itself cannot be read from it. */
  origin: OptionalText,
  before: OptionalTexts,
  after: OptionalTexts,
})
const AuditFilter = Type.Object({
  userId: Type.Optional(UserId),
  action: Type.Optional(AuditAction),
  cursor: Type.Optional(idCursor()),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
})
const LastAdmin = declareError(409, Type.Object({}), 'never', 'this is the last admin who can sign in; make another user an admin first')
const AccountErased = declareError(
  409,
  Type.Object({}),
  'never',
  'this account is erased for ever, so nothing of it can be changed; the person can have a new one with POST /api/auth/register',
)
const WeakPassword = declareError(
  400,
  Type.Object({ reasons: Type.Array(Type.String()) }),
  'never',
  'this password is too weak; the reasons say what it must have',
)
const Nothing = Type.Object({})

/**
 * Users: accounts, passwords, sessions and the keys that sign access tokens.
 * Answers that hold tokens or personal data are never kept under an idempotency key: a stored answer would be a stored secret, or outlive the
 * account's erasure.
 */
export const users = contract('users', {
  schemas: { User, Session, Registration, UserChange },
  operations: {
    register: command('POST /api/auth/register', {
      summary: 'Creates an account and signs it in',
      input: Registration,
      output: Type.Object({ id: UserId, ...SignedIn.properties }),
      access: 'public',
      idempotency: 'none',
      created: '/api/users/:id',
      errors: {
        email_taken: declareError(
          409,
          Nothing,
          'never',
          'this email has an account; sign in, or set a new password with POST /api/auth/forgot',
        ),
        weak_password: WeakPassword,
      },
    }),
    login: command('POST /api/auth/login', {
      summary: 'Signs in with email and password; the device token of an earlier sign-in keeps failures of strangers out of it',
      input: Type.Object({
        email: Text.name({ max: 254 }),
        password: Password,
        deviceToken: OwnDevice,
      }),
      output: SignedIn,
      access: 'public',
      idempotency: 'none',
      errors: {
        invalid_credentials: declareError(
          401,
          Nothing,
          'never',
          'email and password do not fit; try again, or set a new password with POST /api/auth/forgot',
        ),
        account_disabled: declareError(403, Nothing, 'never', 'this account may not sign in; ask the shop'),
      },
    }),
    refresh: command('POST /api/auth/refresh', {
      summary:
        'Exchanges a refresh token for new tokens; repeated at once it gets the same ones, used again later it ends all that came from it',
      input: Type.Object({ refreshToken: RefreshToken }),
      output: Session,
      access: 'public',
      idempotency: 'none',
      errors: {
        invalid_refresh_token: declareError(401, Nothing, 'never', 'this refresh token was used, has expired or never was; sign in again'),
      },
    }),
    logout: command('POST /api/auth/logout', {
      summary: 'Ends the session of a refresh token; an unknown one is no error',
      input: Type.Object({ refreshToken: RefreshToken }),
      output: Type.Null(),
      access: 'public',
      idempotency: 'none',
      status: 204,
    }),
    logoutAll: command('POST /api/auth/logout-all', {
      summary: 'Ends all sessions and access tokens of the signed-in user, this one too',
      input: Nothing,
      output: Type.Null(),
      access: 'user',
      idempotency: 'none',
      status: 204,
    }),
    changePassword: command('POST /api/auth/password', {
      summary: 'Sets a new password and ends all other sessions; answers with a new one',
      input: Type.Object({ currentPassword: Password, newPassword: Password, deviceToken: OwnDevice }),
      output: SignedIn,
      access: 'user',
      idempotency: 'none',
      errors: {
        wrong_password: declareError(
          403,
          Nothing,
          'never',
          'the present password is another one; try again, or sign out and set a new one with POST /api/auth/forgot',
        ),
        weak_password: WeakPassword,
      },
    }),
    requestReset: command('POST /api/auth/forgot', {
      summary: 'Mails a token that sets a new password; the answer is the same for addresses without an account',
      input: Type.Object({ email: Email, deviceToken: OwnDevice }),
      output: Nothing,
      access: 'public',
      idempotency: 'none',
      status: 202,
    }),
    resetPassword: command('POST /api/auth/reset', {
      summary: 'Sets a new password with a token from a mail, once, and ends all sessions',
      input: Type.Object({ token: SecretToken, password: Password, deviceToken: OwnDevice }),
      output: Type.Null(),
      access: 'public',
      idempotency: 'none',
      status: 204,
      errors: {
        invalid_reset_token: declareError(
          400,
          Nothing,
          'never',
          'this token was used, has expired or never was; ask for another mail with POST /api/auth/forgot',
        ),
        weak_password: WeakPassword,
      },
    }),
    jwks: query('GET /api/auth/jwks', {
      summary: 'Public keys that verify access tokens',
      input: Nothing,
      output: Type.Object({ keys: Type.Array(PublicKey) }),
      access: 'public',
    }),
    me: query('GET /api/users/me', { summary: 'The signed-in user', input: Nothing, output: User, access: 'user' }),
    audit: query('GET /api/users/audit', {
      summary: 'What happened to accounts and who did it, newest first',
      input: AuditFilter,
      output: Type.Object({ items: Type.Array(AuditEntry), nextCursor: OptionalText }),
      access: { roles: ['admin'] },
    }),
    get: query('GET /api/users/:id', {
      summary: 'One user',
      input: Type.Object({ id: UserId }),
      output: User,
      access: { owner: 'id', roles: ['admin', 'support'] },
    }),
    update: command('PUT /api/users/:id', {
      summary: 'Changes the given fields; only an admin may change roles and status',
      input: UserChange,
      output: User,
      access: { owner: 'id', roles: ['admin'] },
      ifMatch: 'version',
      idempotency: 'none',
      errors: {
        account_erased: AccountErased,
        last_admin: LastAdmin,
        illegal_transition: Type.Object({ from: Status, to: Status, allowed: Type.Array(Status) }),
      },
    }),
    erase: command('POST /api/users/:id/erasure', {
      summary:
        'Erases a person for ever: the account at once, orders once they are settled, and what other services know; for admins; once more erases what came since',
      input: Type.Object({ id: UserId }),
      output: User,
      access: { roles: ['admin'] },
      idempotency: 'none',
      errors: { last_admin: LastAdmin },
    }),
    list: query('GET /api/users', {
      summary: 'Users, newest first',
      input: UserFilter,
      output: Type.Object({ items: Type.Array(User), nextCursor: OptionalText }),
      access: { roles: ['admin', 'support'] },
    }),
    revocations: query('GET /api/auth/revocations', {
      summary: 'Users whose access tokens were ended after a moment, oldest first; for the gateway',
      input: Type.Object({ since: GivenTimestamp, cursor: Type.Optional(RevocationCursor) }),
      output: Type.Object({ items: Type.Array(EndedTokens), nextCursor: OptionalText }),
      access: 'internal',
    }),
  },
  events: {
    'user.registered': event({ key: 'userId', data: UserFacts, summary: 'An account exists' }),
    'user.updated': event({ key: 'userId', data: UserFacts, summary: 'A profile, its roles or its status changed' }),
    'user.disabled': event({ key: 'userId', data: UserFacts, summary: 'An account may no longer sign in' }),
    'user.erased': event({
      key: 'userId',
      data: Type.Object({ userId: UserId }),
      summary: 'A person is to be forgotten: whoever keeps something of theirs erases it',
    }),
    'user.signed_out': event({
      key: 'userId',
      /** Epoch milliseconds, as all times in events. */
      data: Type.Object({ userId: UserId, at: Type.Integer() }),
      summary: 'All sessions and access tokens of a user were ended',
    }),
  },
})
