import { type Clock, sleep } from '../../kernel/clock.ts'
import type { Random } from '../../kernel/random.ts'
import type { Runtime } from '../../kernel/runtime.ts'

// Owns: how much of a process removal may take.
// Invariants:
//   T1 one batch of removal runs at a time in a process, whatever the number of its services: they share the event loop
//   T2 behind a batch comes a pause that makes its time at most SHARE_MAX of the whole, on average, however much there is to remove

/** Share of the time that removal takes at most, while it has a backlog: more than the busiest shop makes, and orders hardly notice. */
export const SHARE_MAX = 0.25
/** Shortest pause between two batches, on average: what waits meanwhile gets its turn. */
export const PAUSE_MS_MIN = 10
/** Each pause is between half and one and a half of it, so that processes which share a store do not work in step. */
const JITTER = 0.5

/** Where batches of removal take turns. */
export interface RemovalTurns {
  /**
   * Runs `batch` when its turn has come and the pause behind the last one is over. It returns how many milliseconds it held the store. Rejects as
   * the batch does, or with the reason of `signal` when that aborts before the batch began.
   */
  run(batch: () => Promise<number>, signal: AbortSignal): Promise<void>
}

/** Returns the turns of a process: the same ones for all services with the same clock. */
export function removalTurns({ clock, random }: Pick<Runtime, 'clock' | 'random'>): RemovalTurns {
  let turns = TURNS.get(clock)
  if (!turns) TURNS.set(clock, (turns = createTurns(clock, random)))
  return turns
}

// By clock, because a runtime has one and its platform all services by it: two platforms in one process share turns only where they share a clock.
const TURNS = new WeakMap<Clock, RemovalTurns>()

function createTurns(clock: Clock, random: Random): RemovalTurns {
  let last: Promise<unknown> = Promise.resolve()
  let freeAt = Number.NEGATIVE_INFINITY
  async function take(before: Promise<unknown>, batch: () => Promise<number>, signal: AbortSignal): Promise<void> {
    await unlessAborted(before, signal)
    const leftMs = freeAt - clock.monotonic()
    if (leftMs > 0) await sleep(clock, leftMs, signal)
    let heldMs = 0
    try {
      heldMs = await batch()
    } finally {
      const pauseMs = Math.max(PAUSE_MS_MIN, heldMs * (1 / SHARE_MAX - 1))
      freeAt = clock.monotonic() + pauseMs * (1 - JITTER + 2 * JITTER * random.next())
    }
  }
  return {
    run(batch, signal) {
      const before = last
      const turn = take(before, batch, signal)
      last = Promise.allSettled([before, turn]).then(() => undefined) // the settled ones would keep all that were before them
      return turn
    },
  }
}

async function unlessAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
