import type { Socket } from 'node:net'

/** One connection of a client, and what it has open. */
export class Connection {
  readonly socket: Socket
  /** Key of the peer's address: of a proxy where one stands in front. */
  readonly address: string
  /** Took a place that is kept for health while all others were busy: it gets nothing else, and one answer only. */
  readonly isReserved: boolean
  /** Monotonic milliseconds. */
  readonly openedAt: number
  /** Requests that are not answered yet, or whose answers are not read yet. */
  open = 0
  /** Bytes of answers that are not read yet. */
  unreadBytes = 0
  /** Monotonic milliseconds by which the client must have read on; counts while something is unread. */
  readBy = Infinity
  #isGone = false
  readonly #whenGone = new Set<() => void>()

  constructor({ socket, address, isReserved, openedAt }: Pick<Connection, 'socket' | 'address' | 'isReserved' | 'openedAt'>) {
    this.socket = socket
    this.address = address
    this.isReserved = isReserved
    this.openedAt = openedAt
    socket.once('close', () => {
      this.#isGone = true
      for (const tell of this.#whenGone) tell()
      this.#whenGone.clear()
    })
  }

  /** Ends it at once. Requests may still come out of the parser: they are not for anybody any more. */
  cut(): void {
    this.#isGone = true
    this.socket.destroy()
  }

  /** True once the client has left or was cut. */
  get isGone(): boolean {
    return this.#isGone
  }

  /**
   * Calls `tell` when the client has left; returns how to take that back. A response would not say so: of several requests of one connection only
   * the first knows its socket.
   */
  onGone(tell: () => void): () => void {
    this.#whenGone.add(tell)
    return () => void this.#whenGone.delete(tell)
  }
}
