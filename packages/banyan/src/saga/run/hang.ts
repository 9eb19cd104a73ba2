/**
 * Returns a promise that never settles: the function of a saga that must not go on stops here and is collected with it.
 * Always a new one: what waits on a shared one would never be collected.
 */
export function hang(): Promise<never> {
  return new Promise<never>(() => {})
}
