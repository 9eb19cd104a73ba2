/** What waits in a line, and where it came from. */
export interface Waiting {
  /** Whoever asked; all of one origin wait behind each other. */
  readonly origin: string
}

/** A line in which origins take turns: one that asks a lot waits behind itself, not in front of others. */
export class WaitingLine<W extends Waiting> {
  /** The order of the map is the order of turns. No queue in it is empty. */
  readonly #queues = new Map<string, W[]>()
  #size = 0

  get size(): number {
    return this.#size
  }
  countOf(origin: string): number {
    return this.#queues.get(origin)?.length ?? 0
  }
  /** How many would be served before a newcomer of an origin. */
  aheadOf(origin: string): number {
    const own = this.countOf(origin)
    let ahead = own
    for (const [other, { length }] of this.#queues) if (other !== origin) ahead += Math.min(length, own + 1)
    return ahead
  }
  add(waiter: W): void {
    const queue = this.#queues.get(waiter.origin)
    if (queue) queue.push(waiter)
    else this.#queues.set(waiter.origin, [waiter])
    this.#size++
  }
  /** Takes the next one; its origin goes to the end of the turns. */
  next(): W | undefined {
    const [first] = this.#queues
    if (first === undefined) return undefined
    const [origin, queue] = first
    const waiter = queue.shift()
    this.#queues.delete(origin)
    if (queue.length > 0) this.#queues.set(origin, queue)
    this.#size--
    return waiter
  }
  /** The origin of which most wait; undefined when nobody does. */
  loudest(): string | undefined {
    let loudest: string | undefined
    for (const origin of this.#queues.keys()) if (loudest === undefined || this.countOf(origin) > this.countOf(loudest)) loudest = origin
    return loudest
  }
  /** Takes the newest one of an origin. */
  takeLast(origin: string): W | undefined {
    const last = this.#queues.get(origin)?.at(-1)
    if (last) this.remove((waiter) => waiter === last)
    return last
  }
  /** Takes out all that `leaves` is true of. */
  remove(leaves: (waiter: W) => boolean): void {
    for (const [origin, queue] of this.#queues) {
      const kept = queue.filter((waiter) => !leaves(waiter))
      this.#size -= queue.length - kept.length
      if (kept.length === 0) this.#queues.delete(origin)
      else this.#queues.set(origin, kept)
    }
  }
}
