import type { ReservationStatus } from '../contract.ts'

/** What happens to a reservation once it stands. */
export type ReservationMove = 'commit' | 'release' | 'expire'

/** Where each move leads; a move that is not listed is not allowed. `released` and `expired` are final: nothing is resurrected. */
const MOVES: Readonly<Record<ReservationStatus, Partial<Record<ReservationMove, ReservationStatus>>>> = {
  held: { commit: 'committed', release: 'released', expire: 'expired' },
  committed: { commit: 'committed', release: 'released' },
  released: { release: 'released' },
  expired: { release: 'expired', expire: 'expired' },
}

/** Returns the status after a move; undefined when the move is not allowed. Repeating a move changes nothing. */
export function reservationAfter(status: ReservationStatus, move: ReservationMove): ReservationStatus | undefined {
  return MOVES[status][move]
}

/** Tells whether units are bound to a reservation of this status. */
export function bindsStock(status: ReservationStatus): boolean {
  return status === 'held' || status === 'committed'
}
