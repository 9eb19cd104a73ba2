import type { CancelTimer } from 'banyan/kernel'

/** Whose events end with it. */
export interface Mortal {
  readonly isAlive: boolean
}

/** Something that will happen. */
interface Happening {
  readonly at: number
  readonly order: number
  readonly label: string
  readonly owner: Mortal | undefined
  run: (() => void) | undefined
}

/** How a timeline is watched. */
export interface TimelineOptions {
  /** Called before each event of an owner that lives; the owner may die of it, and then the event does not happen. */
  readonly before: (label: string, owner: Mortal | undefined) => void
  /** Virtual milliseconds at which it begins. Default 0. */
  readonly startMs?: number
}

/** When to stop. */
export interface RunUntil {
  /** Asked between two events. */
  readonly done: () => boolean
  /** Virtual milliseconds after which the run stops all the same. */
  readonly untilMs: number
  /** Events after which the run stops all the same: time that stands still must not run for ever. */
  readonly eventsMax: number
}

/** Why a run stopped. `empty`: nothing was left to happen. */
export type Stopped = 'done' | 'empty' | 'too-late' | 'too-many-events'

/** Turns of the event loop that are asked for at once; asking for each alone costs six times as much. */
const TURNS = 64

/**
 * Virtual time and what happens in it, one event after another on one thread.
 * Invariant: an event happens only when everything that the one before it set off has come to rest. All work of a simulated process
 * between two events is promises, so one turn of the real event loop is enough for that.
 */
export class Timeline {
  readonly #options: TimelineOptions
  readonly #heap: Happening[] = []
  #now: number
  #order = 0
  #events = 0

  constructor(options: TimelineOptions) {
    this.#options = options
    this.#now = options.startMs ?? 0
  }

  /** Virtual milliseconds since the beginning. */
  get now(): number {
    return this.#now
  }

  /** Events so far. */
  get events(): number {
    return this.#events
  }

  /** Lets `run` happen `delayMs` from now, unless it is cancelled or its owner dies before. */
  after(delayMs: number, label: string, owner: Mortal | undefined, run: () => void): CancelTimer {
    const happening: Happening = { at: this.#now + Math.max(0, delayMs), order: this.#order++, label, owner, run }
    push(this.#heap, happening)
    return () => {
      happening.run = undefined
    }
  }

  /** Resolves `delayMs` from now; never, when the owner dies before. */
  pass(delayMs: number, label: string, owner?: Mortal): Promise<void> {
    return new Promise((resolve) => this.after(delayMs, label, owner, resolve))
  }

  /** Lets events happen. Rejects when one of them throws. */
  run(until: RunUntil): Promise<Stopped> {
    return new Promise((resolve, reject) => {
      let left = 0
      let isOver = false
      const turn = (): void => {
        left--
        if (isOver) return
        try {
          const stopped = this.#step(until)
          if (stopped !== undefined) {
            isOver = true
            return resolve(stopped)
          }
        } catch (thrown) {
          isOver = true
          return reject(thrown)
        }
        if (left === 0) ask()
      }
      const ask = (): void => {
        left = TURNS
        for (let count = 0; count < TURNS; count++) setImmediate(turn)
      }
      ask()
    })
  }

  #step({ done, untilMs, eventsMax }: RunUntil): Stopped | undefined {
    if (done()) return 'done'
    if (this.#events >= eventsMax) return 'too-many-events'
    const next = this.#next()
    if (!next) return 'empty'
    if (next.at > untilMs) {
      push(this.#heap, next)
      return 'too-late'
    }
    this.#events++
    this.#now = Math.max(this.#now, next.at)
    this.#options.before(next.label, next.owner)
    if (next.owner?.isAlive !== false) next.run?.()
    return undefined
  }

  /** The earliest event that can still happen. */
  #next(): Happening | undefined {
    for (;;) {
      const next = pop(this.#heap)
      if (!next || (next.run !== undefined && next.owner?.isAlive !== false)) return next
    }
  }
}

function isBefore(a: Happening, b: Happening): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order)
}

function push(heap: Happening[], item: Happening): void {
  let index = heap.push(item) - 1
  while (index > 0) {
    const parent = (index - 1) >> 1
    if (!isBefore(item, heap[parent] as Happening)) break
    heap[index] = heap[parent] as Happening
    index = parent
  }
  heap[index] = item
}

function pop(heap: Happening[]): Happening | undefined {
  const top = heap[0]
  const last = heap.pop()
  if (top === undefined || last === undefined || heap.length === 0) return top
  let index = 0
  for (;;) {
    let child = 2 * index + 1
    if (child >= heap.length) break
    if (child + 1 < heap.length && isBefore(heap[child + 1] as Happening, heap[child] as Happening)) child++
    if (!isBefore(heap[child] as Happening, last)) break
    heap[index] = heap[child] as Happening
    index = child
  }
  heap[index] = last
  return top
}
