/** Cancels a pending timer. Calling it twice, or after the timer fired, does nothing. */
export type CancelTimer = () => void

/**
 * Tells the time and wakes sleepers. Library code never asks the machine for the time itself,
 * so that the whole platform can run on a virtual clock.
 */
export interface Clock {
  /** Wall time in milliseconds since the Unix epoch. It may jump; use it for what is stored. */
  now(): number
  /** Monotonic milliseconds from an arbitrary start; use it for durations and deadlines in one process. */
  monotonic(): number
  /** Runs `callback` once after `delayMs`. Does not keep the process alive by itself. */
  setTimer(delayMs: number, callback: () => void): CancelTimer
  /**
   * Runs `callback` after input that is already waiting has been handled, with no delay when there is none.
   * Group commit uses it to collect the transactions of one turn of the event loop.
   */
  soon(callback: () => void): void
}

/** Longest delay one native timer can carry; longer ones are set again. */
const NATIVE_TIMER_MS_MAX = 2_147_483_647

/** Returns the machine's clock. Only entry points choose it. */
export function systemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    setTimer(delayMs, callback) {
      const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), NATIVE_TIMER_MS_MAX))
      timer.unref()
      return () => clearTimeout(timer)
    },
    soon: (callback) => {
      setImmediate(callback)
    },
  }
}

/**
 * Resolves after `delayMs`, or rejects with the signal's reason when `signal` aborts first.
 */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const cancel = clock.setTimer(delayMs, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    function onAbort(): void {
      cancel()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/** Resolves when input that is already waiting has been handled: in the next turn of the event loop. */
export function nextTurn(clock: Clock): Promise<void> {
  return new Promise((resolve) => clock.soon(resolve))
}
