import type { Clock } from '../kernel/clock.ts'
import type { LogFields, Logger, LogLevel } from '../kernel/logger.ts'
import { readableLine } from './readable-line.ts'
import { oneLine } from './printable.ts'
import { redact } from './redact.ts'

/** How lines look: one JSON object each for machines, or a short text for a person at a terminal. */
export type LogFormat = 'json' | 'human'

/** How a logger writes. */
export interface LoggerOptions {
  /** Takes one finished line with its line break. */
  readonly write: (line: string) => void
  readonly clock: Pick<Clock, 'now'>
  /** Lines below it are dropped before any work is done. Default `info`. */
  readonly level?: LogLevel
  /** Default `json`. */
  readonly format?: LogFormat
  /** Colours of the human format. Default false. */
  readonly colors?: boolean
  /** Facts of every line, e.g. `{ service: 'orders', version: '1.2.0' }`. */
  readonly fields?: LogFields
}

const RANK = { debug: 0, info: 1, warn: 2, error: 3 } as const satisfies Record<LogLevel, number>

/** Longest line in characters: what follows a pipe (journald, Docker) cuts lines near 16 KiB in the middle of the JSON. */
const LINE_LENGTH_MAX = 15_000

/**
 * Builds a logger of structured lines: `time`, `level`, `message` and the facts. Names and texts that look like secrets or
 * personal data are replaced, and no line grows without bound. A failing `write` never reaches the caller.
 */
export function createLogger(options: LoggerOptions): Logger {
  return loggerWith(options, redact(options.fields ?? {}) as LogFields)
}

function loggerWith(options: LoggerOptions, bound: LogFields): Logger {
  const least = RANK[options.level ?? 'info']
  const line = options.format === 'human' ? humanLine : jsonLine
  const writerOf =
    (level: LogLevel) =>
    (message: string, fields?: LogFields): void => {
      if (RANK[level] < least) return
      try {
        options.write(line(options, level, message, fields === undefined ? bound : { ...bound, ...(redact(fields) as LogFields) }))
      } catch {
        // A full disk or a closed pipe must not fail the work that only wanted to tell something.
      }
    }
  return {
    debug: writerOf('debug'),
    info: writerOf('info'),
    warn: writerOf('warn'),
    error: writerOf('error'),
    with: (fields) => loggerWith(options, { ...bound, ...(redact(fields) as LogFields) }),
  }
}

function jsonLine({ clock }: LoggerOptions, level: LogLevel, message: string, fields: LogFields): string {
  const head = { time: new Date(clock.now()).toISOString(), level, message: redact(message) }
  // Who looks at it in a terminal must see only what is there: JSON escapes less than a terminal obeys.
  const line = oneLine(JSON.stringify({ ...head, ...fields, ...head }))
  if (line.length <= LINE_LENGTH_MAX) return `${line}\n`
  const kept: Record<string, unknown> = { ...head, cut: line.length }
  let left = LINE_LENGTH_MAX - oneLine(JSON.stringify(kept)).length - 2
  for (const [name, value] of Object.entries(fields)) {
    const length = oneLine(JSON.stringify({ [name]: value })).length
    if (length > left) continue
    kept[name] = value
    left -= length
  }
  return `${oneLine(JSON.stringify(kept))}\n`
}

function humanLine({ clock, colors = false }: LoggerOptions, level: LogLevel, message: string, fields: LogFields): string {
  const entry = readableLine({ time: clock.now(), level, message: String(redact(message)), fields, colors })
  return entry.length > LINE_LENGTH_MAX ? `${entry.slice(0, LINE_LENGTH_MAX)}…\n` : `${entry}\n`
}
