interface Waiter {
  readonly position: number
  readonly promise: Promise<void>
  readonly resolve: () => void
}

/** Those who wait until a position is consumed. */
export class PositionWaiters {
  readonly #waiters = new Set<Waiter>()

  /** Adds one; remove it when it has waited long enough. */
  add(position: number): Waiter {
    const { promise, resolve } = Promise.withResolvers<void>()
    const waiter = { position, promise, resolve }
    this.#waiters.add(waiter)
    return waiter
  }

  remove(waiter: Waiter): void {
    this.#waiters.delete(waiter)
  }

  /** Resolves those whose position is reached; asks for the position only when somebody waits. */
  reached(position: () => number): void {
    if (this.#waiters.size === 0) return
    const now = position()
    for (const waiter of this.#waiters) if (waiter.position <= now) waiter.resolve()
  }
}
