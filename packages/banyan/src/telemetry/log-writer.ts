import type { Clock } from '../kernel/clock.ts'
import type { LogFields, Logger, LogLevel } from '../kernel/logger.ts'
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
const COLOR = { debug: '\u001B[90m', info: '\u001B[32m', warn: '\u001B[33m', error: '\u001B[31m' } as const
const PLAIN = '\u001B[0m'

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
  const line = JSON.stringify({ ...head, ...fields, ...head })
  if (line.length <= LINE_LENGTH_MAX) return `${line}\n`
  const kept: Record<string, unknown> = { ...head, cut: line.length }
  let left = LINE_LENGTH_MAX - JSON.stringify(kept).length - 2
  for (const [name, value] of Object.entries(fields)) {
    const length = JSON.stringify({ [name]: value }).length
    if (length > left) continue
    kept[name] = value
    left -= length
  }
  return `${JSON.stringify(kept)}\n`
}

function humanLine({ clock, colors = false }: LoggerOptions, level: LogLevel, message: string, fields: LogFields): string {
  const time = new Date(clock.now()).toISOString().slice(11, 23)
  const tag = level.toUpperCase().padEnd(5)
  const facts = Object.entries(fields).map(([name, value]) => ` ${name}=${humanValue(value)}`)
  const whole = `${time} ${colors ? `${COLOR[level]}${tag}${PLAIN}` : tag} ${String(redact(message))}${facts.join('')}`
  return whole.length > LINE_LENGTH_MAX ? `${whole.slice(0, LINE_LENGTH_MAX)}…\n` : `${whole}\n`
}

/** Stacks keep their line breaks; everything else stays on one line. */
function humanValue(value: unknown): string {
  if (typeof value === 'string') return /^[\w./:@-]+$/.test(value) ? value : JSON.stringify(value)
  if (typeof value === 'object' && value !== null && 'stack' in value) return `\n    ${String(value.stack).replaceAll('\n', '\n    ')}`
  return JSON.stringify(value) ?? 'undefined'
}
