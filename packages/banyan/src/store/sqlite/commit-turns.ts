import type { Clock } from '../../kernel/clock.ts'

/** A store with transactions that wait for a commit. */
export interface WaitingStore {
  /** How many transactions wait. */
  readonly waiting: number
  /** Commits what waits. */
  begin(): void
}

/** After being passed over so often a store goes first: a few commits of others, some milliseconds, whatever the load. */
const PASSED_OVER_MAX = 8

interface Place {
  readonly store: WaitingStore
  passedOver: number
}

/**
 * Decides which store of a process commits next: in each turn of the event loop one, the one with the most waiting transactions. Transactions of
 * the other stores gather meanwhile and share a commit later. If every store committed in every turn, work that is spread over several stores
 * would stay spread: in ever smaller groups, with ever more syncs.
 *
 * - T1 Where only one store has anything, it commits in the next turn: a lone transaction waits for nobody.
 * - T2 A store that was passed over {@link PASSED_OVER_MAX} times goes before all that were not.
 */
export class CommitTurns {
  readonly #clock: Pick<Clock, 'soon'>
  readonly #places: Place[] = []

  constructor(clock: Pick<Clock, 'soon'>) {
    this.#clock = clock
  }

  /** Calls `store.begin()` once, in this store's turn. */
  ask(store: WaitingStore): void {
    if (this.#places.push({ store, passedOver: 0 }) === 1) this.#clock.soon(this.#next)
  }

  readonly #next = (): void => {
    const [place] = this.#places.splice(nextIndex(this.#places), 1) as [Place]
    for (const passed of this.#places) passed.passedOver++
    if (this.#places.length > 0) this.#clock.soon(this.#next)
    place.store.begin()
  }
}

/** Whoever was passed over too often; else the one with the most waiting; of several, the one that asked first. */
function nextIndex(places: readonly Place[]): number {
  let best = 0
  for (const [index, { store, passedOver }] of places.entries()) {
    if (passedOver >= PASSED_OVER_MAX) return index
    if (store.waiting > (places[best] as Place).store.waiting) best = index
  }
  return best
}
