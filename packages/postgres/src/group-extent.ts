import type { Clock } from 'banyan/kernel'
import { EVENT_UNITS_PER_TRANSACTION_MAX, EVENTS_PER_TRANSACTION_MAX } from 'banyan/store'
import type { GroupMember } from './group-member.ts'

/** Most members of a group. Above 64 subtransactions PostgreSQL's snapshots get slow for everyone. */
export const MEMBERS_MAX = 32
/** A group takes no more members after this time: the first one waits for its COMMIT. */
const GROUP_MS_MAX = 15
/** Events after which it takes no more: they are written in one statement at its end, and a thousand of them hold the loop for some 20 ms. */
const EVENTS_MAX = EVENTS_PER_TRANSACTION_MAX
/** Characters of events after which it takes no more: they are in memory until its COMMIT. */
const EVENT_UNITS_MAX = EVENT_UNITS_PER_TRANSACTION_MAX

/** How far a group has come since it began, and whether that is enough for one COMMIT. One member it may always have. */
export class GroupExtent {
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #endAt: number
  readonly #membersMax: number
  #members = 0
  #events = 0
  #eventUnits = 0

  /** It begins now. `membersMax` is {@link MEMBERS_MAX} at most. */
  constructor(clock: Pick<Clock, 'monotonic'>, membersMax: number) {
    this.#clock = clock
    this.#endAt = clock.monotonic() + GROUP_MS_MAX
    this.#membersMax = membersMax
  }

  /** Counts a member whose body has run. */
  add({ events, eventUnits }: Pick<GroupMember, 'events' | 'eventUnits'>): void {
    this.#members++
    this.#events += events.length
    this.#eventUnits += eventUnits
  }

  get isFull(): boolean {
    if (this.#members === 0) return false
    if (this.#members >= this.#membersMax || this.#events >= EVENTS_MAX || this.#eventUnits >= EVENT_UNITS_MAX) return true
    return this.#clock.monotonic() > this.#endAt
  }
}
