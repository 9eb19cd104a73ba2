/** An attempt under way, as its saga sees it. */
export interface RunningAttempt {
  /** Settles when the attempt is over; never rejects. */
  readonly finished: Promise<void>
  /** Takes the right to commit away. */
  kill(): void
}

/** What of one saga is under way: its steps and their attempts. Owns the counts; they change by its methods only. */
export class UnderWay {
  readonly #attempts = new Set<RunningAttempt>()
  readonly #errors = new WeakMap<object, string>()
  #steps = 0
  #writers = 0

  /** Steps that are on their way: not waiting, not answered. */
  get steps(): number {
    return this.#steps
  }

  /** Local steps whose transactions, once they commit, write what waits in the journal: nothing else needs to. */
  get writers(): number {
    return this.#writers
  }

  stepBegins(): void {
    this.#steps++
  }

  /** The step waits, or has its answer. */
  stepRests(): void {
    this.#steps--
  }

  writerBegins(): void {
    this.#writers++
  }

  writerEnds(): void {
    this.#writers--
  }

  attemptBegins(attempt: RunningAttempt): void {
    this.#attempts.add(attempt)
  }

  attemptEnds(attempt: RunningAttempt): void {
    this.#attempts.delete(attempt)
  }

  /** Resolves when all attempts are over. */
  async attemptsOver(): Promise<void> {
    await Promise.all([...this.#attempts].map(({ finished }) => finished))
  }

  /** Takes the right to commit away from all attempts. */
  killAttempts(): void {
    for (const attempt of this.#attempts) attempt.kill()
  }

  /** Notes which step an error came from, to tell what a person has to look at. */
  noteError(error: object, step: string): void {
    this.#errors.set(error, step)
  }

  /** The step that an error came from; undefined for one of the saga's function itself. */
  stepOf(error: unknown): string | undefined {
    return typeof error === 'object' && error !== null ? this.#errors.get(error) : undefined
  }
}
