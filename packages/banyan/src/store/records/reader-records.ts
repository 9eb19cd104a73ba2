import { misuse } from '../../kernel/error.ts'

/** How far one consumer of another service has durably consumed this log. */
export interface ReaderPosition {
  readonly consumer: string
  /** Everything up to here stands in the reader's own store: that is where it goes on after a crash. */
  readonly position: number
}

/** A reader of this log in another process, as the log knows it. */
export interface ReaderRecord extends ReaderPosition {
  /** Name of the reading service. */
  readonly service: string
  /** When it said so last, in epoch milliseconds; when it was let go of, for one that never did. */
  readonly seenAt: number
  /** Since when nothing is kept for it, because a person let go of it; undefined while events wait for it. */
  readonly forgottenAt: number | undefined
}

/** Consumers of one service that a log keeps positions of at most; a service has a few, and one for each of its projections. */
export const READERS_PER_SERVICE_MAX = 1_000

/** Throws `misuse` for more consumers of one service than are kept. */
export function assertReadersFit(service: string, count: number): void {
  if (count > READERS_PER_SERVICE_MAX)
    misuse(`service ${service} reads with ${count} consumers, but at most ${READERS_PER_SERVICE_MAX} are kept; share some`)
}

/** Who reads this log elsewhere, and how far they have come: retention removes nothing that one of them still needs. */
export interface ReaderRecords {
  /**
   * Notes where the consumers of a service stand; they are all that it has: others of it are removed, but for those that were let go of. One that was
   * let go of and is named again counts again. A position may go back, as when a reader was restored. Throws `misuse` for more than
   * {@link READERS_PER_SERVICE_MAX} of them.
   */
  acknowledge(service: string, consumers: readonly ReaderPosition[], now: number): Promise<void>
  /** All readers, by service and consumer. */
  list(): Promise<readonly ReaderRecord[]>
  /** Keeps nothing for a reader from now on, whether it was ever heard of or not. False when that was so already. */
  forget(service: string, consumer: string, now: number): Promise<boolean>
}
