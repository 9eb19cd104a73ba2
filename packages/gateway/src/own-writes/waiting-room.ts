import type { ReadModel } from 'banyan/host'
import { BanyanError, type Clock, type Deadline, remainingMs, toBanyanError } from 'banyan/kernel'
import type { Connection } from '../http/connection.ts'

/** A write that is not seen yet. */
export interface Pending {
  readonly model: ReadModel
  readonly source: string
  /** Asks for the position of the write; undefined while a shared store has not assigned it. */
  readonly locate: () => Promise<number | undefined>
  position: number | undefined
}

/** How many may wait. */
export interface WaitingRoomOptions {
  readonly clock: Clock
  readonly max: number
  readonly perAddress: number
  readonly refused: (limit: string) => void
}

interface Waiter {
  pending: readonly Pending[]
  readonly deadline: Deadline
  readonly settle: (error?: BanyanError) => void
}

/** Pause between two rounds. */
const LOOK_MS = 20

/** Those who wait until they can see what they wrote: one timer for all, and each projection is asked once a round, however many wait for it. */
export class WaitingRoom {
  readonly #options: WaitingRoomOptions
  readonly #waiters = new Set<Waiter>()
  readonly #byAddress = new Map<string, number>()
  #isScheduled = false

  constructor(options: WaitingRoomOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#waiters.size
  }

  /** Resolves when all is seen. Rejects with `deadline_exceeded`, `overloaded` when there is no room, and `cancelled` when the client leaves. */
  async wait(connection: Connection, address: string, pending: readonly Pending[], deadline: Deadline): Promise<void> {
    if (connection.isGone) throw clientGone()
    this.#admit(address)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const waiter: Waiter = { pending, deadline, settle: (error) => (error === undefined ? resolve() : reject(error)) }
    const forget = connection.onGone(() => waiter.settle(clientGone()))
    this.#waiters.add(waiter)
    this.#later()
    try {
      await promise
    } finally {
      forget()
      this.#leave(address, waiter)
    }
  }

  #admit(address: string): void {
    const { max, perAddress, refused } = this.#options
    const own = this.#byAddress.get(address) ?? 0
    if (own >= perAddress || this.#waiters.size >= max) {
      refused(own >= perAddress ? 'own-writes-by-address' : 'own-writes')
      throw new BanyanError('overloaded', 'too many requests wait for what they wrote; read again in a moment, or without Banyan-After')
    }
    this.#byAddress.set(address, own + 1)
  }

  #leave(address: string, waiter: Waiter): void {
    this.#waiters.delete(waiter)
    const own = (this.#byAddress.get(address) ?? 1) - 1
    if (own === 0) this.#byAddress.delete(address)
    else this.#byAddress.set(address, own)
  }

  #later(): void {
    if (this.#waiters.size === 0 || this.#isScheduled) return
    this.#isScheduled = true
    this.#options.clock.setTimer(LOOK_MS, () => void this.#round())
  }

  async #round(): Promise<void> {
    const look = lookOnce()
    for (const waiter of this.#waiters) await advance(this.#options.clock, waiter, look)
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

function clientGone(): BanyanError {
  return new BanyanError('cancelled', 'the client went away while it waited')
}
