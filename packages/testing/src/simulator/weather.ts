import { spread } from './spread.ts'

/** What the surroundings do to whoever lives in them: how long things take, and what goes wrong. Time here is the simulator's. */
export interface Weather {
  /** Lets `run` happen `delayMs` from now; never, when the process that asked dies before. */
  after(delayMs: number, label: string, run: () => void): void
  /** Whether a fault of this kind strikes at this place. */
  strikes(kind: string, where: string): boolean
  /** A number in [0, 1) that decides something in which no answer is wrong. */
  choose(kind: string, where: string): number
}

/** Lets `delayMs` pass. */
export function pass(weather: Weather, delayMs: number, label: string): Promise<void> {
  return new Promise((resolve) => weather.after(delayMs, label, resolve))
}

/** A duration between two bounds above 0, short ones more often. */
export function durationMs(weather: Weather, where: string, lowMs: number, highMs: number): number {
  return spread(lowMs, highMs, weather.choose('duration', where))
}
