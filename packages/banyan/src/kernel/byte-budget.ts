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

/** What one user of a budget holds of it. */
export class BudgetShare {
  protected readonly budget: ByteBudget
  #bytes = 0
  #isOver = false

  constructor(budget: ByteBudget) {
    this.budget = budget
  }

  /** Bytes that this user holds. */
  get bytes(): number {
    return this.#bytes
  }

  /** Counts bytes as held; pair with {@link release}. After the end nothing is counted. */
  take(bytes: number): void {
    if (this.#isOver) return
    this.#bytes += bytes
    this.budget.take(bytes)
  }

  /** Counts bytes as free. */
  release(bytes: number): void {
    if (this.#isOver) return
    this.#bytes -= bytes
    this.budget.release(bytes)
  }

  /** Gives all back: the user has ended, and forgets what it had not begun. */
  end(): void {
    this.release(this.#bytes)
    this.#isOver = true
  }
}

/** Units of UTF-16 take one or two bytes of memory; which, a text does not tell. */
const UNIT_BYTES = 2

/** Memory that a text of so many characters takes at most. */
export function textBytes(length: number): number {
  return UNIT_BYTES * length
}

/** What a process may hold of all that is read to be worked on. */
export interface MemoryBudgets {
  /** Events that consumers and projections have read and not handled yet. */
  readonly events: ByteBudget
  /** Pages of logs that are kept because other readers of the same log have not come to them yet. */
  readonly pages: ByteBudget
  /** Inputs and journals of sagas that run. */
  readonly journals: ByteBudget
  /** Answers that were kept for idempotency keys and are being repeated. */
  readonly answers: ByteBudget
}

/** A sixteenth of a heap of 1 GiB, which handlers fill several times over: each parses and copies what it handles. */
const EVENTS_OF_PROCESS_BYTES_MAX = 64 * 1_048_576
/** Some pages for each log whose readers are apart; without them each reads by itself. */
const PAGES_OF_PROCESS_BYTES_MAX = 16 * 1_048_576

/** Sixteen thousand sagas of the usual size, or some hundred of the largest. */
const JOURNALS_OF_PROCESS_BYTES_MAX = 64 * 1_048_576
/** Eight answers of the largest size, or tens of thousands of the usual one. */
const ANSWERS_OF_PROCESS_BYTES_MAX = 64 * 1_048_576

/** Builds the budgets of a process, with their default sizes. They belong to a runtime: two platforms in one process, as in tests, have each their own. */
export function createMemoryBudgets(): MemoryBudgets {
  return {
    events: new ByteBudget(EVENTS_OF_PROCESS_BYTES_MAX),
    pages: new ByteBudget(PAGES_OF_PROCESS_BYTES_MAX),
    journals: new ByteBudget(JOURNALS_OF_PROCESS_BYTES_MAX),
    answers: new ByteBudget(ANSWERS_OF_PROCESS_BYTES_MAX),
  }
}
