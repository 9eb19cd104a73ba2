import type { Client, Contract } from 'banyan/contract'
import type { Tracing } from 'banyan/telemetry'
import type { Aggregate } from '../aggregate/aggregate.ts'
import type { ApiKey } from '../identity/api-keys.ts'
import type { CorsOptions } from '../http/cors.ts'
import type { PublishedKeys } from '../identity/key-set.ts'
import type { OwnWritesLimits } from '../own-writes/own-writes.ts'
import type { RateLimitOptions } from '../limits/rate-limits.ts'
import type { ServerLimits } from '../http/http-server.ts'
import type { Revocation } from '../identity/revocations.ts'
import type { TokenRules } from '../identity/token-verifier.ts'

/** Calls services in the name of the gateway. */
export type GatewayCalls = <C extends Contract>(contract: C) => Client<C>

/** How a person gets an access token, for the API's reference page. */
export interface SignInOptions {
  /** Operation that takes credentials, e.g. `users.login`; its fields become the form. */
  readonly operation: string
  /** Where the token stands in its answer, with dots between, e.g. `accessToken`. */
  readonly token: string
}

/** Whose access tokens are accepted. */
export interface TokenOptions extends TokenRules {
  /** Lets people sign in on the API's reference page. Default none: they paste a token. */
  readonly signIn?: SignInOptions
  /**
   * Asks for the issuer's public keys. Kept, refreshed in the background, and used for up to a day when asking fails.
   * @example keys: (call) => call(users).jwks({})
   */
  readonly keys: (call: GatewayCalls) => Promise<PublishedKeys>
  /** How the issuer ends tokens before they expire. Default: it cannot. */
  readonly revocations?: RevocationOptions
}

/** How it becomes known that tokens were ended. */
export interface RevocationOptions {
  /** Service of the platform that ends tokens. It is asked again whenever it notifies `key` or emits an event, and every second. */
  readonly service: string
  /** What the service passes to `tx.notify`. */
  readonly key: string
  /** Longest life of a token in milliseconds: what was ended longer ago has expired. */
  readonly tokenMsMax: number
  /** Asks for all that was ended after `since`, in epoch milliseconds. Tokens are refused with 503 while this fails for long. */
  readonly load: (call: GatewayCalls, since: number) => Promise<readonly Revocation[]>
}

/** Roles of operators where none are named. */
export const OPERATOR_ROLES: readonly string[] = ['admin']

/** How a gateway differs from the default. */
export interface GatewayOptions {
  /** Title of the API's reference. Default `Banyan`. */
  readonly title?: string
  /** Version of the API's reference. Default `0.1.0`. */
  readonly version?: string
  /** Default none: tokens are refused. */
  readonly tokens?: TokenOptions
  /** Keys for programs. Default none. */
  readonly apiKeys?: readonly ApiKey[]
  /** Rate limits; false switches them off. Default: see `ADDRESS_LIMIT` and `SUBJECT_LIMIT`. */
  readonly limits?: RateLimitOptions | false
  /** Other origins whose pages may call. Default none. */
  readonly cors?: CorsOptions
  /** Addresses or CIDR ranges of proxies whose `X-Forwarded-For` is believed. Default none. */
  readonly trustedProxies?: readonly string[]
  /** Names that a gateway on loopback answers to besides `localhost` and literal addresses, e.g. for a proxy on this machine. Default none. */
  readonly hosts?: readonly string[]
  /**
   * Addresses or CIDR ranges that may read `/metrics` and the details of `/health/ready` without credentials, when they come directly. Default
   * none: a loopback address proves nothing, since a proxy on this machine has it for everybody.
   */
  readonly scrapers?: readonly string[]
  /** Answers put together from several services. */
  readonly aggregates?: readonly Aggregate[]
  /** Roles that may use `/api/ops` and see metrics and the details of health; at least one. Default {@link OPERATOR_ROLES}. */
  readonly operatorRoles?: readonly string[]
  /** Largest body of an operation in bytes, where its schema sets no lower bound. Default {@link BODY_BYTES_MAX}. */
  readonly bodyBytesMax?: number
  /** Values in one body at most, where its schema sets no lower bound. Default {@link VALUES_MAX}. */
  readonly bodyValuesMax?: number
  /** How many requests may wait with `Banyan-After`. */
  readonly ownWrites?: OwnWritesLimits
  /** Writes a line for each request. Default false: at thousands a second it costs more than the requests. */
  readonly accessLog?: boolean
  /** True when clients come over https, through a proxy that ends it: answers then tell browsers to stay there. Default false. */
  readonly https?: boolean
  /** Timeouts and sizes of the HTTP server. */
  readonly server?: ServerLimits
  /** Default: whatever OpenTelemetry SDK is registered in this process. */
  readonly tracing?: Tracing
}
