import type { Logger } from '../../kernel/logger.ts'

/** Who listens to a log in this process. One listener that throws keeps nothing from the others. */
export class FeedListeners {
  readonly #log: Logger
  readonly #listeners = new Set<() => void>()

  constructor(log: Logger) {
    this.#log = log
  }

  /** See `Feed.subscribe`. */
  add(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Tells all that there is something new. */
  notify(): void {
    for (const listener of this.#listeners) {
      try {
        listener()
      } catch (error) {
        this.#log.error('a listener of the event feed failed', { error })
      }
    }
  }
}
