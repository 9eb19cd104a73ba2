import type { ServerResponse } from 'node:http'
import type { Clock } from 'banyan/kernel'
import type { Connection } from './connection.ts'
import { createSweep, type Sweep } from '../limits/sweep.ts'

/** How much may be on its way to clients that do not read. */
export interface DepartureLimits {
  /** Requests of one connection that may be unanswered or unread. Default {@link REQUESTS_PER_CONNECTION}. */
  readonly requestsPerConnection?: number
  /** Bytes of one connection's answers with which it may still send a request. Default {@link UNREAD_BYTES_PER_CONNECTION}. */
  readonly unreadBytesPerConnection?: number
  /** Bytes of unread answers in all. Default {@link UNREAD_BYTES_MAX}. */
  readonly unreadBytes?: number
  /** Time in which a client must begin to read an answer; its bytes then have {@link READ_BYTES_PER_SECOND}. Default {@link READ_MS}. */
  readonly readMs?: number
}

/** Pipelining is rare and shallow; browsers and their like send one request at a time. */
const REQUESTS_PER_CONNECTION = 20
/** More than the largest list; whoever has so much to read need not ask for more. */
const UNREAD_BYTES_PER_CONNECTION = 2 * 1_048_576
/** Beside what the operating system buffers by itself, a few megabytes for each connection at most. */
const UNREAD_BYTES_MAX = 128 * 1_048_576
/** A phone that goes through a tunnel reads on; one that was put away does not. */
const READ_MS = 30_000
/** An answer of a raw route counts for something, so that it has a deadline. */
const UNKNOWN_BYTES = 1_024
/** The slowest line that is waited for: an old mobile network. */
const READ_BYTES_PER_SECOND = 16_384

/** Watches what is on its way out. Whoever does not read is cut; nobody else notices. */
export interface Departures {
  /** Takes a request of a connection. Returns false, and cuts the connection, when it has too much open already. */
  begin(connection: Connection): boolean
  /** Counts an answer that was given to its response as a whole. */
  sent(connection: Connection, response: ServerResponse, bytes: number): void
  /** Watches an answer that somebody else writes. */
  handedOver(connection: Connection, response: ServerResponse): void
  /** Bytes of unread answers in all. */
  readonly unreadBytes: number
}

/** What watching needs. */
export interface DeparturesOptions {
  readonly clock: Clock
  readonly limits: DepartureLimits
  readonly refused: (limit: string) => void
}

/** Creates the watch over answers. */
export function createDepartures(options: DeparturesOptions): Departures {
  return new DepartureWatch(options)
}

class DepartureWatch implements Departures {
  readonly #options: DeparturesOptions
  readonly #limits: Required<DepartureLimits>
  readonly #unread = new Set<Connection>()
  readonly #sweep: Sweep
  #total = 0

  constructor(options: DeparturesOptions) {
    this.#options = options
    this.#limits = {
      requestsPerConnection: REQUESTS_PER_CONNECTION,
      unreadBytesPerConnection: UNREAD_BYTES_PER_CONNECTION,
      unreadBytes: UNREAD_BYTES_MAX,
      readMs: READ_MS,
      ...options.limits,
    }
    this.#sweep = createSweep(options.clock, () => this.#cutLate())
  }

  get unreadBytes(): number {
    return this.#total
  }

  begin(connection: Connection): boolean {
    const hasManyRequests = connection.open >= this.#limits.requestsPerConnection
    if (hasManyRequests || connection.unreadBytes > this.#limits.unreadBytesPerConnection) {
      this.#cut(connection, hasManyRequests ? 'requests-by-connection' : 'unread-bytes-by-connection')
      return false
    }
    connection.open++
    return true
  }

  sent(connection: Connection, response: ServerResponse, bytes: number): void {
    // Nearly always the operating system has taken all of it by now. A response behind another one has no socket yet.
    if (response.socket?.writableLength === 0) connection.open--
    else this.#watch(connection, response, bytes)
  }

  handedOver(connection: Connection, response: ServerResponse): void {
    this.#watch(connection, response, UNKNOWN_BYTES)
  }

  #watch(connection: Connection, response: ServerResponse, bytes: number): void {
    if (connection.isGone) return
    connection.unreadBytes += bytes
    this.#total += bytes
    if (!this.#unread.has(connection)) {
      this.#unread.add(connection)
      this.#startClock(connection)
      this.#sweep.start()
    }
    response.once('close', () => {
      connection.open--
      this.#read(connection, bytes)
    })
    while (this.#total > this.#limits.unreadBytes) {
      const heaviest = heaviestOf(this.#unread)
      if (heaviest === undefined) return
      this.#cut(heaviest, 'unread-bytes')
    }
  }

  #read(connection: Connection, bytes: number): void {
    if (!this.#unread.has(connection)) return
    connection.unreadBytes -= bytes
    this.#total -= bytes
    if (connection.unreadBytes > 0) this.#startClock(connection)
    else this.#unread.delete(connection)
  }

  #startClock(connection: Connection): void {
    const readingMs = (connection.unreadBytes / READ_BYTES_PER_SECOND) * 1_000
    connection.readBy = this.#options.clock.monotonic() + this.#limits.readMs + readingMs
  }

  #cut(connection: Connection, limit: string): void {
    this.#options.refused(limit)
    this.#forget(connection)
    connection.cut()
  }

  #forget(connection: Connection): void {
    if (this.#unread.delete(connection)) this.#total -= connection.unreadBytes
    connection.unreadBytes = 0
  }

  #cutLate(): boolean {
    const now = this.#options.clock.monotonic()
    for (const connection of this.#unread) {
      if (connection.isGone) this.#forget(connection)
      // With nothing in the socket, the answers wait for an earlier one: that is our own doing.
      else if (connection.socket.writableLength === 0) this.#startClock(connection)
      else if (now >= connection.readBy) this.#cut(connection, 'read-deadline')
    }
    return this.#unread.size > 0
  }
}

function heaviestOf(connections: Iterable<Connection>): Connection | undefined {
  let heaviest: Connection | undefined
  for (const one of connections) if (heaviest === undefined || one.unreadBytes > heaviest.unreadBytes) heaviest = one
  return heaviest
}
