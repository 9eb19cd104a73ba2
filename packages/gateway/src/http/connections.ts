import type { Socket } from 'node:net'
import type { Clock } from 'banyan/kernel'
import { addressKey } from './client-address.ts'
import { Connection } from './connection.ts'
import { siteOf } from '../limits/rate-limits.ts'
import { createSweep, type Sweep } from '../limits/sweep.ts'

/** How many connections there may be. */
export interface ConnectionLimits {
  /** Open connections at most. Default {@link CONNECTIONS}. */
  readonly connections?: number
  /** Open connections of one address (IPv6: /64; four times as many of a /48); not of trusted proxies. Default {@link CONNECTIONS_PER_ADDRESS}. */
  readonly connectionsPerAddress?: number
}

/** Each takes some 20 KiB; more would be an attack or need another process. */
export const CONNECTIONS = 10_000
/** An office behind one address; ten of them are needed to take all places. */
export const CONNECTIONS_PER_ADDRESS = 1_000
/** Networks of one site that may have as many each. */
const NETWORKS_PER_SITE = 4
/** Places kept for probes of health while all others are busy. */
export const RESERVED = 32
/** A probe sends its request at once. */
const RESERVED_MS = 3_000

/** Knows the connections of a gateway. */
export interface Connections {
  /** Takes a new connection, or cuts it. */
  admit(socket: Socket): void
  of(socket: Socket): Connection | undefined
  readonly size: number
}

/** What admission needs. */
export interface ConnectionsOptions {
  readonly clock: Clock
  readonly limits: ConnectionLimits
  /** Tells whether an address is a proxy that is trusted: it stands for many clients. */
  readonly isProxy: (address: string | undefined) => boolean
  readonly refused: (limit: string) => void
}

/**
 * Creates the admission. While all places are taken, a new connection takes that of an idle one, of the address that has most of them; when none is
 * idle, it gets one of a few places that are kept for health.
 */
export function createConnections(options: ConnectionsOptions): Connections {
  return new Admission(options)
}

class Admission implements Connections {
  readonly #options: ConnectionsOptions
  readonly #max: number
  readonly #perAddress: number
  readonly #bySocket = new WeakMap<object, Connection>()
  readonly #byAddress = new Map<string, Set<Connection>>()
  readonly #bySite = new Map<string, number>()
  readonly #reserved = new Set<Connection>()
  readonly #sweep: Sweep
  #ordinary = 0

  constructor(options: ConnectionsOptions) {
    const { connections = CONNECTIONS, connectionsPerAddress = CONNECTIONS_PER_ADDRESS } = options.limits
    this.#options = options
    this.#max = connections
    this.#perAddress = connectionsPerAddress
    this.#sweep = createSweep(options.clock, () => this.#cutLateProbes())
  }

  get size(): number {
    return this.#ordinary + this.#reserved.size
  }

  of(socket: Socket): Connection | undefined {
    return this.#bySocket.get(socket)
  }

  admit(socket: Socket): void {
    const { clock, isProxy, refused } = this.#options
    const address = addressKey(socket.remoteAddress)
    if (this.#isTooMany(address) && !isProxy(socket.remoteAddress)) {
      refused('connections-by-address')
      socket.destroy()
      return
    }
    const isReserved = this.#ordinary >= this.#max && !this.#cut(idleOfHeaviest(this.#byAddress), 'connections-idle')
    const [oldest] = this.#reserved
    if (isReserved && this.#reserved.size >= RESERVED) this.#cut(oldest, 'connections')
    this.#add(new Connection({ socket, address, isReserved, openedAt: clock.monotonic() }))
  }

  #isTooMany(address: string): boolean {
    if ((this.#byAddress.get(address)?.size ?? 0) >= this.#perAddress) return true
    const site = siteOf(address)
    return site !== undefined && (this.#bySite.get(site) ?? 0) >= this.#perAddress * NETWORKS_PER_SITE
  }

  #add(connection: Connection): void {
    const { address, isReserved } = connection
    this.#bySocket.set(connection.socket, connection)
    const own = this.#byAddress.get(address)
    if (own === undefined) this.#byAddress.set(address, new Set([connection]))
    else own.add(connection)
    count(this.#bySite, siteOf(address), 1)
    connection.onGone(() => this.#remove(connection))
    if (!isReserved) this.#ordinary++
    else {
      this.#reserved.add(connection)
      this.#sweep.start()
    }
  }

  #remove(connection: Connection): void {
    const own = this.#byAddress.get(connection.address)
    if (!own?.delete(connection)) return
    if (own.size === 0) this.#byAddress.delete(connection.address)
    count(this.#bySite, siteOf(connection.address), -1)
    if (!this.#reserved.delete(connection)) this.#ordinary--
  }

  /** Returns false when there is nothing to cut. */
  #cut(connection: Connection | undefined, limit: string): boolean {
    if (connection === undefined) return false
    this.#options.refused(limit)
    this.#remove(connection)
    connection.cut()
    return true
  }

  #cutLateProbes(): boolean {
    const before = this.#options.clock.monotonic() - RESERVED_MS
    for (const one of this.#reserved) if (one.openedAt < before) this.#cut(one, 'connections')
    return this.#reserved.size > 0
  }
}

function idleOfHeaviest(byAddress: ReadonlyMap<string, ReadonlySet<Connection>>): Connection | undefined {
  let found: Connection | undefined
  let most = 0
  for (const own of byAddress.values()) {
    if (own.size <= most) continue
    for (const one of own) {
      if (one.open > 0 || one.isReserved) continue
      found = one
      most = own.size
      break
    }
  }
  return found
}

function count(counts: Map<string, number>, key: string | undefined, by: number): void {
  if (key === undefined) return
  const next = (counts.get(key) ?? 0) + by
  if (next > 0) counts.set(key, next)
  else counts.delete(key)
}
