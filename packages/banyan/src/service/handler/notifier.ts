/** Wakes waiters of this process by key. Only a hint: who waits must also look by itself now and then. */
export interface Notifier {
  /** Wakes all who wait on `key`. */
  notify(key: string): void
  /** Calls `wake` at each notify of `key` until the returned function is called. */
  listen(key: string, wake: () => void): () => void
}

/** Builds a notifier. Memory grows with the number of waiters only. */
export function createNotifier(): Notifier {
  const waiters = new Map<string, Set<() => void>>()
  return {
    notify(key) {
      const waiting = waiters.get(key)
      if (waiting) for (const wake of waiting) wake()
    },
    listen(key, wake) {
      const waiting = waiters.get(key) ?? new Set()
      waiting.add(wake)
      waiters.set(key, waiting)
      return () => {
        waiting.delete(wake)
        if (waiting.size === 0) waiters.delete(key)
      }
    },
  }
}
