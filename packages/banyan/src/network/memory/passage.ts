/** One message on its way: a request, or the answer to one. */
export interface Trip {
  readonly leg: 'request' | 'answer'
  /** Processes. */
  readonly from: string
  readonly to: string
  /** Path of the request. */
  readonly path: string
}

/** What becomes of a message. Delays of different length make messages overtake each other. */
export interface Fate {
  /** Milliseconds on the way. Default 0. */
  readonly delayMs?: number
  /**
   * `refused` (requests only): the sender knows that nothing was sent. `broken`: the message is lost, and the connection breaks visibly.
   * `lost`: silence, until the sender's time is up. Default: it arrives.
   */
  readonly end?: 'refused' | 'broken' | 'lost' | undefined
  /** For requests that are sent whole: arrives once more, this many milliseconds after it was sent; nobody hears that answer. */
  readonly againMs?: number | undefined
}

/** Decides what becomes of each message. */
export type Passage = (trip: Trip) => Fate

/** Everything arrives at once. */
export const smooth: Passage = () => ({})
