import { BanyanError } from '../kernel/error.ts'
import type { Leave } from './awaited-writes.ts'

/** How many may wait for what was written before. */
export interface WaitingPlacesOptions {
  /** In all. Default {@link WAITERS_MAX}. */
  readonly max?: number | undefined
  /** Of one client address (IPv6: /64). Default {@link WAITERS_PER_ADDRESS}. */
  readonly perAddress?: number | undefined
  /** Told which limit was reached. */
  readonly refused?: (limit: 'own-writes' | 'own-writes-by-address') => void
}

/** A page that reads a dozen things at once after a write, and some of its neighbours behind the same address. */
const WAITERS_PER_ADDRESS = 32
/** Each is looked at in every round; projections are some milliseconds behind, so more of them means that something is wrong. */
const WAITERS_MAX = 500

/** Counts who waits, by address and in all. */
export class WaitingPlaces {
  readonly #max: number
  readonly #perAddress: number
  readonly #refused: WaitingPlacesOptions['refused']
  readonly #byAddress = new Map<string, number>()
  #taken = 0

  constructor({ max = WAITERS_MAX, perAddress = WAITERS_PER_ADDRESS, refused }: WaitingPlacesOptions = {}) {
    this.#max = max
    this.#perAddress = perAddress
    this.#refused = refused
  }

  /** Takes a place. Throws `overloaded` when there is none. */
  enter(address: string): Leave {
    const own = this.#byAddress.get(address) ?? 0
    if (own >= this.#perAddress || this.#taken >= this.#max) {
      this.#refused?.(own >= this.#perAddress ? 'own-writes-by-address' : 'own-writes')
      throw new BanyanError('overloaded', 'too many requests wait for what they wrote; read again in a moment, or without Banyan-After')
    }
    this.#byAddress.set(address, own + 1)
    this.#taken++
    return () => this.#leave(address)
  }

  #leave(address: string): void {
    this.#taken--
    const left = (this.#byAddress.get(address) ?? 1) - 1
    if (left === 0) this.#byAddress.delete(address)
    else this.#byAddress.set(address, left)
  }
}
