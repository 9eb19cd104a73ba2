/** Source of randomness. A seeded one makes a whole run repeatable. */
export interface Random {
  /** A number in [0, 1). For jitter and sampling, never for secrets. */
  next(): number
  /** Fills `target` with random bytes and returns it. */
  bytes(target: Uint8Array): Uint8Array
}

/** Returns the machine's cryptographic randomness. Only entry points choose it. */
export function systemRandom(): Random {
  return {
    next: () => Math.random(),
    bytes: (target) => crypto.getRandomValues(target as Uint8Array<ArrayBuffer>),
  }
}

/** Returns a repeatable source (mulberry32). Never use it for secrets. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    next,
    bytes(target) {
      for (let index = 0; index < target.length; index++) target[index] = Math.floor(next() * 256)
      return target
    },
  }
}
