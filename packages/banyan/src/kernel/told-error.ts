const told = new WeakSet<object>()

/**
 * Says that an error reaches whoever must know of it another way. A transaction fails with the error of its first statement that failed; a promise of
 * another statement, which nobody awaits any more, rejects with the same one, and a process must not end for that.
 */
export function toldElsewhere<E extends object>(error: E): E {
  told.add(error)
  return error
}

/** Whether {@link toldElsewhere} was said of an error. */
export function isToldElsewhere(error: unknown): boolean {
  return typeof error === 'object' && error !== null && told.has(error)
}
