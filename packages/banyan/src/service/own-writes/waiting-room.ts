import type { Clock } from '../../kernel/clock.ts'
import { type Deadline, remainingMs } from '../../kernel/deadline.ts'
import { BanyanError, toBanyanError } from '../../kernel/error.ts'
import type { ReadModel } from '../reaction/read-model.ts'

/** A write that is not seen yet. */
export interface Pending {
  readonly model: ReadModel
  readonly source: string
  /** Asks for the position of the write; undefined while a shared store has not assigned it. */
  readonly locate: () => Promise<number | undefined>
  position: number | undefined
}

/** Who waits, and how long. */
export interface Waiting {
  readonly deadline: Deadline
  /** Tells whether nobody waits for the answer any more. */
  readonly abandoned: () => boolean
}

interface Waiter extends Waiting {
  pending: readonly Pending[]
  readonly settle: (error?: BanyanError) => void
}

/** Pause between two rounds. */
const LOOK_MS = 20

/** Those who wait until they can see what they wrote: one timer for all, and each projection is asked once a round, however many wait for it. */
export class WaitingRoom {
  readonly #clock: Clock
  readonly #waiters = new Set<Waiter>()
  #isScheduled = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get size(): number {
    return this.#waiters.size
  }

  /** Resolves when all is seen. Rejects with `deadline_exceeded`, and with `cancelled` when nobody waits for the answer any more. */
  async wait(pending: readonly Pending[], waiting: Waiting): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const waiter: Waiter = { ...waiting, pending, settle: (error) => (error === undefined ? resolve() : reject(error)) }
    this.#waiters.add(waiter)
    this.#later()
    try {
      await promise
    } finally {
      this.#waiters.delete(waiter)
    }
  }

  #later(): void {
    if (this.#waiters.size === 0 || this.#isScheduled) return
    this.#isScheduled = true
    this.#clock.setTimer(LOOK_MS, () => void this.#round())
  }

  async #round(): Promise<void> {
    const look = lookOnce()
    for (const waiter of this.#waiters) await advance(this.#clock, waiter, look)
    this.#isScheduled = false
    this.#later()
  }
}

/** Asks how far a projection has read a source. */
export type Look = (model: ReadModel, source: string) => Promise<number>

/** Asks each projection once. */
export function lookOnce(): Look {
  const seen = new Map<ReadModel, Map<string, Promise<number>>>()
  return (model, source) => {
    let bySource = seen.get(model)
    if (bySource === undefined) seen.set(model, (bySource = new Map<string, Promise<number>>()))
    let position = bySource.get(source)
    if (position === undefined) bySource.set(source, (position = model.readUpTo(source)))
    return position
  }
}

/** Returns those writes that cannot be seen yet. */
export async function notSeen(all: readonly Pending[], look: Look): Promise<readonly Pending[]> {
  const left: Pending[] = []
  for (const one of all) if (one.position === undefined || (await look(one.model, one.source)) < one.position) left.push(one)
  return left
}

async function advance(clock: Clock, waiter: Waiter, look: Look): Promise<void> {
  if (waiter.abandoned()) return waiter.settle(new BanyanError('cancelled', 'the client went away while it waited'))
  try {
    for (const one of waiter.pending) one.position ??= await one.locate()
    waiter.pending = await notSeen(waiter.pending, look)
    const [first] = waiter.pending
    if (first === undefined) waiter.settle()
    else if (remainingMs(clock, waiter.deadline) <= 0) waiter.settle(await behind(first, look))
  } catch (thrown) {
    waiter.settle(toBanyanError(thrown))
  }
}

async function behind({ model, source, position }: Pending, look: Look): Promise<BanyanError> {
  const events = position === undefined ? 'some' : position - (await look(model, source))
  return new BanyanError('deadline_exceeded', `what is read here is ${events} events of "${source}" behind; read again later`, {
    retry: 'safe',
  })
}
