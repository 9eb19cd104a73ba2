import type { IncomingMessage } from 'node:http'
import type { GatewayHost } from 'banyan/host'
import type { Answers } from '../http/answers.ts'
import type { Arrivals } from '../request/arrivals.ts'
import type { Authentication } from '../identity/authentication.ts'
import type { BodyLimits } from '../request/body-limits.ts'
import type { ClientAddress } from '../http/client-address.ts'
import type { Limiters } from '../limits/limiters.ts'
import type { OperatorAccess } from '../identity/operator-access.ts'
import type { OwnWrites } from '../own-writes/own-writes.ts'

/** What routes of one running gateway share. */
export interface GatewayContext {
  readonly host: GatewayHost
  readonly answers: Answers
  readonly authenticate: Authentication
  readonly operator: OperatorAccess | undefined
  /** Tells whether a request comes directly from an address that may read metrics without credentials. */
  readonly isScraper: (request: IncomingMessage) => boolean
  readonly address: ClientAddress
  readonly limiters: Limiters
  /** Counts a refusal by the name of the limit that was reached. */
  refused(limit: string): void
  readonly ownWrites: OwnWrites
  readonly arrivals: Arrivals
  /** What no body may exceed, whatever its operation's schema allows. */
  readonly bodyMost: Partial<BodyLimits>
  /** Roles that may see and change a running platform. */
  readonly operatorRoles: readonly string[]
}
