/**
 * Knows up to which position everything is consumed, although events finish out of order.
 * Holds only the events under way: those passed over or finished take no memory.
 */
export class PositionWindow<E extends { readonly position: number }> {
  /** A set keeps the order of insertion, which is that of positions. */
  readonly #open = new Set<E>()
  #head: number

  /** Begins after `start`. */
  constructor(start: number) {
    this.#head = start
  }

  /** Position of the last event that was read. */
  get head(): number {
    return this.#head
  }

  /** Everything up to here is consumed. */
  get watermark(): number {
    for (const { position } of this.#open) return position - 1
    return this.#head
  }

  /** Number of events under way. */
  get size(): number {
    return this.#open.size
  }

  /** Adds an event that is about to be handled; positions ascend. */
  add(entry: E): void {
    this.#open.add(entry)
    this.#head = entry.position
  }

  /** Everything up to `position` was read. */
  readTo(position: number): void {
    this.#head = position
  }

  /** The event is consumed. */
  settle(entry: E): void {
    this.#open.delete(entry)
  }
}
