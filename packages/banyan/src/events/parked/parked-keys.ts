import { PARKED_KEYS_MAX } from '../reading/claim.ts'

/**
 * The keys of a consumer that have parked events, as far as they are few. Invariant: a key with parked events is never missed (P6); that
 * {@link mayHave} says yes for another one costs a look.
 */
export class ParkedKeys {
  readonly #keys: Set<string>
  readonly #limit: number
  #isComplete = true

  /** `found` are the keys in the store, of which up to one more than `limit` need to be read. */
  constructor(found: Iterable<string>, limit = PARKED_KEYS_MAX) {
    this.#keys = new Set(found)
    this.#limit = limit
    this.#bound()
  }

  /** How many are known; there may be more once this reached the limit. */
  get size(): number {
    return this.#keys.size
  }

  /** Whether no key has parked events. */
  get isEmpty(): boolean {
    return this.#isComplete && this.#keys.size === 0
  }

  /** Whether events of the key may be parked; only the store knows for certain. */
  mayHave(key: string): boolean {
    return !this.#isComplete || this.#keys.has(key)
  }

  /** Takes note that an event of the key is parked. */
  add(key: string): void {
    this.#keys.add(key)
    this.#bound()
  }

  /** Takes note that no event of the key is parked any more. */
  delete(key: string): void {
    this.#keys.delete(key)
  }

  #bound(): void {
    if (this.#keys.size <= this.#limit) return
    this.#isComplete = false
    for (const key of this.#keys) {
      if (this.#keys.size <= this.#limit) return
      this.#keys.delete(key)
    }
  }
}
