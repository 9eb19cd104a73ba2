import type { Store } from '../../store/store.ts'
import { type Claim, noteRecovered } from './claim.ts'

/** What a recovery needs. */
export interface RecoveryOptions {
  readonly store: Store
  readonly claim: Claim
  /** Position of the source's newest event. */
  readonly head: () => Promise<number>
}

/** Starts, counted since the last clean stop, from which on suspects are run one at a time. */
const CAREFUL_FROM_START = 3

/**
 * How often an event that runs alone may end the process before it is parked; with the two ends before, seven. So many, because a machine
 * that dies again and again for another reason must not make an innocent event look guilty, and a guilty one costs a few restarts only.
 */
export const CRASHES_MAX = 5

/** Error of such an event. */
export const KILLED_THE_PROCESS = `internal: the process ended ${CRASHES_MAX} times while it handled only this event`

/**
 * Gets a consumer over an end that was no clean stop, whatever killed it. Events that were under way then are suspects: all that are not
 * recorded, up to the head of the log at the start.
 *
 * At the first start after such an end they run as always and nothing is counted, because most ends are not an event's fault. If the
 * process ends once more before all of them had their turn, they run one at a time from the next start on, each counted durably before
 * it runs: so an event that kills the process is counted, and only that one (P6), and other events never pay for it.
 */
export class Recovery {
  readonly #options: RecoveryOptions
  #active: boolean
  #suspectsTo: number | undefined

  constructor(options: RecoveryOptions) {
    this.#options = options
    this.#active = options.claim.startsSinceStop > 1
  }

  /** True until all suspects had their turn. */
  get active(): boolean {
    return this.#active
  }

  /** True while suspects run one at a time and are counted. */
  get careful(): boolean {
    return this.#active && this.#options.claim.startsSinceStop >= CAREFUL_FROM_START
  }

  /** Position of the last suspect; undefined when there is nothing to recover. Rejects when the source does not answer. */
  async suspectsTo(): Promise<number | undefined> {
    if (!this.#active) return undefined
    return (this.#suspectsTo ??= await this.#options.head())
  }

  /** All suspects had their turn. */
  async finish(): Promise<void> {
    await noteRecovered(this.#options.store, this.#options.claim)
    this.#active = false
  }
}
