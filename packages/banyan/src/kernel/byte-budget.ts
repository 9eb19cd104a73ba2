/** Bytes that a process grants for one purpose. Counts what is held; whoever takes more decides whether it may. */
export class ByteBudget {
  readonly bytesMax: number
  readonly #waiting = new Set<() => void>()
  #used = 0
  #peak = 0

  /** `bytesMax` is what all users of the budget hold together, but for what each is always granted. */
  constructor(bytesMax: number) {
    this.bytesMax = bytesMax
  }

  /** Bytes held now. */
  get used(): number {
    return this.#used
  }
  /** Most bytes held at a time since the process began. */
  get peak(): number {
    return this.#peak
  }
  /** Bytes that may still be taken; 0 when others hold all. */
  get left(): number {
    return Math.max(0, this.bytesMax - this.#used)
  }

  /** Counts bytes as held; pair with {@link release}. */
  take(bytes: number): void {
    this.#used += bytes
    if (this.#used > this.#peak) this.#peak = this.#used
  }

  /** Counts bytes as free, and tells all who wait that there is more room. */
  release(bytes: number): void {
    this.#used -= bytes
    if (this.#waiting.size > 0 && bytes > 0) for (const listener of this.#waiting) listener()
  }

  /** Calls `listener` whenever bytes become free. Returns how to stop. */
  onRelease(listener: () => void): () => void {
    this.#waiting.add(listener)
    return () => this.#waiting.delete(listener)
  }
}

/** What a process may hold of all that is read to be worked on. */
export interface MemoryBudgets {
  /** Events that consumers and projections have read and not handled yet. */
  readonly events: ByteBudget
  /** Pages of logs that are kept because other readers of the same log have not come to them yet. */
  readonly pages: ByteBudget
  /** Inputs and journals of sagas that run. */
  readonly journals: ByteBudget
}

/** A sixteenth of a heap of 1 GiB, which handlers fill several times over: each parses and copies what it handles. */
const EVENT_BYTES_MAX = 64 * 1_048_576
/** Some pages for each log whose readers are apart; without them each reads by itself. */
const PAGE_BYTES_MAX = 16 * 1_048_576

/** Sixteen thousand sagas of the usual size, or some hundred of the largest. */
const JOURNAL_BYTES_MAX = 64 * 1_048_576

/** Builds the budgets of a process, with their default sizes. */
export function createMemoryBudgets(): MemoryBudgets {
  return { events: new ByteBudget(EVENT_BYTES_MAX), pages: new ByteBudget(PAGE_BYTES_MAX), journals: new ByteBudget(JOURNAL_BYTES_MAX) }
}
