import type { Principal } from '../../contract/access.ts'

/** What a process vouches for with one call. */
export interface TicketClaim {
  /** The process that calls. */
  readonly process: string
  /** For whom it calls: nobody is who he is because a header says so. */
  readonly principal: Principal
  /** The service and the operation that it calls, and no other. */
  readonly audience: string
  readonly operation: string
}

/**
 * THE PORT OF TRUST between processes of a platform. A ticket is good for one operation of one service, and for seconds.
 * **Gotcha**: it does not cover the input; keep strangers from the wire, or encrypt it.
 */
export interface Tickets {
  issue(claim: TicketClaim): string
  /** Returns what a ticket vouches for; throws `unauthenticated` for one that is missing, forged, too old, or for another operation. */
  accept(ticket: string | undefined, wanted: Pick<TicketClaim, 'audience' | 'operation'>): TicketClaim
}
