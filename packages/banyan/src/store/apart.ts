import type { Clock } from '../kernel/clock.ts'
import { BanyanError } from '../kernel/error.ts'

/** How long a read apart may take. */
export interface ApartOptions {
  /** Milliseconds for the whole read, waiting for its turn included. Default {@link APART_MS_MAX}. */
  readonly timeoutMs?: number
  /** Ends the read, e.g. when the client that asked has gone. */
  readonly signal?: AbortSignal
}

/** Time of a read apart that names none: what a person waits for. */
export const APART_MS_MAX = 30_000

/** What ends a read apart before its body does. */
export interface ApartEnd extends Disposable {
  /** Milliseconds that the read has. */
  readonly timeoutMs: number
  /** Rejects with `deadline_exceeded` when the time is over, with `cancelled` when the signal aborts; never after it was disposed of. */
  readonly ended: Promise<never>
}

/** Begins the time of a read apart, for an adapter to race with (S11). Throws `cancelled` when the signal aborted before. */
export function apartEnd(clock: Clock, { timeoutMs = APART_MS_MAX, signal }: ApartOptions = {}): ApartEnd {
  if (signal?.aborted) throw abandoned()
  const { promise: ended, reject } = Promise.withResolvers<never>()
  ended.catch(() => {}) // it may come when nobody races any more
  const abort = (): void => reject(abandoned())
  signal?.addEventListener('abort', abort, { once: true })
  const cancel = clock.setTimer(timeoutMs, () => reject(overdue(timeoutMs)))
  return {
    timeoutMs,
    ended,
    [Symbol.dispose]() {
      cancel()
      signal?.removeEventListener('abort', abort)
    },
  }
}

function overdue(timeoutMs: number): BanyanError {
  const message = `a read was not over after ${timeoutMs / 1_000} s and was ended; ask for less at a time`
  return new BanyanError('deadline_exceeded', message, { retry: 'safe' })
}

function abandoned(): BanyanError {
  return new BanyanError('cancelled', 'a read was ended because nobody waits for it any more', { retry: 'safe' })
}
