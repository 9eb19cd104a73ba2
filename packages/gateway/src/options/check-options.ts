import type { ApiKey } from '../identity/api-keys.ts'
import type { CorsOptions } from '../http/cors.ts'
import type { ServerLimits } from '../http/http-server.ts'
import { byName, callable, flag, instance, listOf, oneOf, type OptionCheck, orElse, parts, someOf, text, whole } from './option-checks.ts'
import type { GatewayOptions, RevocationOptions, SignInOptions, TokenOptions } from './options.ts'
import type { OwnWritesLimits } from '../own-writes/own-writes.ts'
import type { OperationLimits, RateLimit, RateLimitOptions, TargetLimit } from '../limits/rate-limits.ts'

// Owns: which options a gateway has, and what each may be. The types say it first; plain JavaScript, sums that went wrong and `as any` are told here.

/** One check per part of `T`: a new option without one does not compile. */
type ChecksOf<T> = Readonly<Record<keyof T, OptionCheck>>

/** A timer of Node takes no more milliseconds (some 24 days); with more it fires at once. */
const TIMER_MS_MAX = 2_147_483_647
/** A longer window says the same as a daily limit does, and counts in this process's memory only. */
const WINDOW_MS_MAX = 366 * 86_400_000
/** Far above what one process can count, and small enough that a rate stays exact. */
const COUNT_MAX = 1_000_000_000
/** Nothing larger fits into the memory of a process, or into one Buffer. */
const BYTES_MAX = 1_099_511_627_776
/** The request line and the headers that every browser sends; nobody could ask with less. */
const HEAD_BYTES_MIN = 1_024
/** A head is kept as a whole for each request under way. */
const HEAD_BYTES_MAX = 16 * 1_048_576
/** Browsers forget sooner. */
const AGE_SECONDS_MAX = 31_536_000
/** Signatures that can be verified with a public key (RFC 7518, 8037, 9864). Symmetric ones would need the issuer's secret. */
const ALGORITHMS = ['EdDSA', 'Ed25519', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512']

const milliseconds = whole('milliseconds', 1, TIMER_MS_MAX)
const count = whole('how many', 1, COUNT_MAX)
const bytes = whole('bytes', 1, BYTES_MAX)
const texts = listOf(text)

const RATE = {
  requests: whole('requests per window', 1, COUNT_MAX),
  windowMs: whole('milliseconds', 1, WINDOW_MS_MAX),
  burst: whole('requests that may come at once', 1, COUNT_MAX),
} satisfies ChecksOf<RateLimit>
const rate = parts(RATE, ['requests', 'windowMs', 'burst'])
const rateOrNone = orElse(false, rate)

const TARGET = { field: text, limit: rate, own: rate, canonical: callable } satisfies ChecksOf<TargetLimit>
const OPERATION = {
  address: rateOrNone,
  subject: rate,
  target: parts(TARGET, ['field', 'limit', 'own']),
} satisfies ChecksOf<OperationLimits>
const LIMITS = { address: rateOrNone, subject: rateOrNone, operations: byName(parts(OPERATION)) } satisfies ChecksOf<RateLimitOptions>

const SERVER = {
  connections: count,
  connectionsPerAddress: count,
  requestsPerConnection: count,
  unreadBytesPerConnection: bytes,
  unreadBytes: bytes,
  readMs: milliseconds,
  arrivingBytes: bytes,
  bodyBytesPerSecond: bytes,
  keepAliveMs: milliseconds,
  requestMs: milliseconds,
  headMs: milliseconds,
  headBytes: whole('bytes', HEAD_BYTES_MIN, HEAD_BYTES_MAX),
} satisfies ChecksOf<ServerLimits>

const SIGN_IN = { operation: text, token: text } satisfies ChecksOf<SignInOptions>
const REVOCATIONS = { service: text, key: text, tokenMsMax: milliseconds, load: callable } satisfies ChecksOf<RevocationOptions>
const TOKENS = {
  issuer: text,
  audience: text,
  algorithm: oneOf(ALGORITHMS),
  rolesClaim: text,
  keys: callable,
  signIn: parts(SIGN_IN, ['operation', 'token']),
  revocations: parts(REVOCATIONS, ['service', 'key', 'tokenMsMax', 'load']),
} satisfies ChecksOf<TokenOptions>

/** What a hash is, and that it is there once, `createApiKeys` says: it never repeats what stands in its place. */
const API_KEY = { id: text, sha256: () => {}, roles: texts } satisfies ChecksOf<ApiKey>
const CORS = {
  origins: orElse('*', someOf(text, 'leave cors out to let no other origin call')),
  credentials: flag,
  maxAgeSeconds: whole('seconds', 0, AGE_SECONDS_MAX),
} satisfies ChecksOf<CorsOptions>
const OWN_WRITES = { perAddress: count, max: count } satisfies ChecksOf<OwnWritesLimits>

const GATEWAY = {
  title: text,
  version: text,
  tokens: parts(TOKENS, ['issuer', 'audience', 'keys']),
  apiKeys: listOf(parts(API_KEY, ['id', 'sha256', 'roles'])),
  limits: orElse(false, parts(LIMITS)),
  cors: parts(CORS, ['origins']),
  trustedProxies: texts,
  hosts: texts,
  scrapers: texts,
  aggregates: listOf(instance),
  operatorRoles: someOf(text, 'leave it out for admin'),
  bodyBytesMax: bytes,
  bodyValuesMax: count,
  ownWrites: parts(OWN_WRITES),
  accessLog: flag,
  https: flag,
  server: parts(SERVER),
  tracing: instance,
} satisfies ChecksOf<GatewayOptions>

const gatewayOptions = parts(GATEWAY)

/**
 * Throws `misuse` for options that `gateway` does not have, most of them misspelt, and for values with which it would have no limit, or refuse
 * everybody. The message names the option, what came and what is allowed.
 */
export function checkOptions(options: unknown): void {
  gatewayOptions('gateway options', options)
}
