import { BanyanError, type HandlerContext } from 'banyan'
import { type Waiting, WaitingLine } from './waiting-line.ts'

/** Bounds of costly work. */
export interface SlotOptions {
  /** Pieces of work under way at once. */
  readonly activeMax: number
  /** Pieces of work that may wait; more are refused with `overloaded`. */
  readonly waitingMax: number
  /** How long one piece takes, in milliseconds, until it has been measured. */
  readonly workMs: number
  /** Monotonic milliseconds. */
  readonly monotonic: () => number
}

/** Whoever asks for costly work; the context of a handler is one. */
// oxlint-disable-next-line typescript/no-explicit-any -- these parts are the same in every handler
export type SlotCaller = Pick<HandlerContext<any, any, any>, 'remainingMs' | 'origin' | 'abandoned'>

/**
 * Runs costly work, a bounded number at a time. Addresses take turns, so that one that asks a lot waits for itself. Work that nobody waits for
 * any more is not begun, and what cannot be done in time is refused at once.
 */
export interface Slots {
  run<T>(caller: SlotCaller, work: () => Promise<T>): Promise<T>
}

interface Waiter extends Waiting {
  readonly caller: SlotCaller
  readonly begin: () => void
  readonly refuse: (error: BanyanError) => void
}

/** Share of the newest measurement in the average time of a piece of work. */
const NEWEST_SHARE = 0.2
/** Stands for calls that no request began. */
const NO_ORIGIN = ''

/** Builds slots. */
export function createSlots({ activeMax, waitingMax, workMs, monotonic }: SlotOptions): Slots {
  const line = new WaitingLine<Waiter>()
  let averageMs = workMs
  let active = 0

  /** Time until the `ahead` before have been served, and one slot is free again. */
  function waitMs(ahead: number): number {
    return ((ahead + 1) * averageMs) / activeMax
  }
  function overloaded(ahead: number): BanyanError {
    return new BanyanError('overloaded', 'too many sign-ins at once; try again in a moment', { retryAfterMs: Math.ceil(waitMs(ahead)) })
  }
  /** Why a waiter's turn is not worth taking; undefined when it is. */
  function pointless({ remainingMs, abandoned }: SlotCaller): BanyanError | undefined {
    if (abandoned()) return new BanyanError('cancelled', 'nobody waits for this answer any more; it was not begun')
    return remainingMs() < averageMs ? overloaded(line.size) : undefined
  }
  function makeRoom(origin: string): void {
    line.remove((waiter) => {
      const error = pointless(waiter.caller)
      if (error) waiter.refuse(error)
      return error !== undefined
    })
    if (line.size < waitingMax) return
    const loudest = line.loudest()
    if (loudest === undefined || line.countOf(loudest) <= line.countOf(origin) + 1) throw overloaded(line.size)
    line.takeLast(loudest)?.refuse(overloaded(line.size))
  }
  async function enter(caller: SlotCaller): Promise<void> {
    if (active < activeMax) {
      active++
      return
    }
    const { origin = NO_ORIGIN } = caller
    if (line.size >= waitingMax) makeRoom(origin)
    const ahead = line.aheadOf(origin)
    if (waitMs(ahead) + averageMs > caller.remainingMs()) throw overloaded(ahead)
    await new Promise<void>((begin, refuse) => {
      line.add({ origin, caller, begin, refuse })
    })
  }
  /** Hands the slot to the next in line for whom it is worth it; it stays counted as active. */
  function leave(): void {
    for (let next = line.next(); next; next = line.next()) {
      const error = pointless(next.caller)
      if (error === undefined) return next.begin()
      next.refuse(error)
    }
    active--
  }
  return {
    async run(caller, work) {
      await enter(caller)
      const startedAt = monotonic()
      try {
        return await work()
      } finally {
        averageMs += NEWEST_SHARE * (monotonic() - startedAt - averageMs)
        leave()
      }
    },
  }
}
