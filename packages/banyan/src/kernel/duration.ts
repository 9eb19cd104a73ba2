import { misuse } from './error.ts'

/** A duration: milliseconds, or a text such as `250ms`, `5s`, `15m`, `2h`, `7d`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Returns a duration in whole milliseconds, because PostgreSQL refuses to store a fraction of one. Throws `misuse` for a text it cannot read. */
export function durationMs(duration: Duration): number {
  if (typeof duration === 'number') return Math.round(duration)
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(duration)
  if (!match) return misuse(`"${duration}" is not a duration; write milliseconds or a text such as "250ms", "5s", "15m", "2h", "7d"`)
  return Math.round(Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS])
}
