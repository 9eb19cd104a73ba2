/** A piece of work that held the thread. */
export interface HeldBy {
  /** E.g. `statement of orders: SELECT …`, without values. */
  readonly what: string
  readonly durationMs: number
}

/** What was going on in a process while its loop was held. */
export interface WorkSeen {
  /** The longest piece that was measured; undefined when none was long enough to be noted. */
  readonly longest: HeldBy | undefined
  /** Handlers that were under way, with how many of each. */
  readonly underWay: readonly string[]
}

/** Shorter pieces are not worth remembering. */
const NOTED_MS_MIN = 20

/** Handlers named at most. */
const NAMED_MAX = 10

/**
 * Remembers what a process works on, so that whoever finds the loop held can say by what. Counting costs a look into a map for each handler.
 * Labels are names from the program, never from input, so the map is as small as the program.
 */
export class WorkLog {
  readonly #underWay = new Map<string, number>()
  #longest: HeldBy | undefined

  /** A handler begins; pair with {@link ended}. */
  began(label: string): void {
    this.#underWay.set(label, (this.#underWay.get(label) ?? 0) + 1)
  }

  /** A handler ended, well or not. */
  ended(label: string): void {
    const left = (this.#underWay.get(label) ?? 1) - 1
    if (left > 0) this.#underWay.set(label, left)
    else this.#underWay.delete(label)
  }

  /** Something ran without a break; `what` is asked only when it is worth remembering. */
  ran(durationMs: number, what: () => string): void {
    if (durationMs >= NOTED_MS_MIN && durationMs > (this.#longest?.durationMs ?? 0)) this.#longest = { what: what(), durationMs }
  }

  /** Tells what was seen, and forgets the longest piece. */
  take(): WorkSeen {
    const longest = this.#longest
    this.#longest = undefined
    const underWay = [...this.#underWay].slice(0, NAMED_MAX).map(([label, count]) => (count === 1 ? label : `${label} (${count})`))
    return { longest, underWay }
  }
}
