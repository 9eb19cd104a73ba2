import type { LogFields, LogLevel } from '../kernel/logger.ts'
import { oneLine } from './printable.ts'

/** One entry of a log, already redacted. */
export interface LogEntry {
  /** Epoch milliseconds. */
  readonly time: number
  readonly level: LogLevel
  readonly message: string
  readonly fields: LogFields
  readonly colors: boolean
}

const COLOR = { debug: '\u001B[90m', info: '\u001B[32m', warn: '\u001B[33m', error: '\u001B[31m' } as const
const PLAIN = '\u001B[0m'
/** What stands before each line that belongs to the entry above it. No entry begins so, which is why none can be faked. */
const INDENT = '\n    '

/**
 * Writes an entry for a person at a terminal: time, level, service, message and facts on one line; stacks below it, indented, each cause
 * after what it caused. Whatever the texts hold, they stay where they are put.
 */
export function readableLine({ time, level, message, fields, colors }: LogEntry): string {
  const { service, ...rest } = fields
  const tag = level.toUpperCase().padEnd(5)
  const parts = [
    new Date(time).toISOString().slice(11, 23),
    colors ? `${COLOR[level]}${tag}${PLAIN}` : tag,
    ...(typeof service === 'string' ? [oneLine(service)] : []),
    oneLine(message),
  ]
  const facts = Object.entries(rest).filter(([, value]) => value !== undefined)
  const inline = facts.filter(([, value]) => !isError(value)).map(([name, value]) => `${fieldName(name)}=${fieldValue(value)}`)
  const below = facts
    .map(([, value]) => value)
    .filter(isError)
    .flatMap(errorLines)
  return [...parts, ...inline].join(' ') + below.map((line) => INDENT + oneLine(line)).join('')
}

interface ErrorFields {
  readonly name?: unknown
  readonly code?: unknown
  readonly message?: unknown
  readonly stack?: unknown
  readonly cause?: unknown
}

/** An error as the redaction spells it out. */
function isError(value: unknown): value is ErrorFields {
  return typeof value === 'object' && value !== null && 'message' in value && 'name' in value
}

function errorLines({ name, code, message, stack, cause }: ErrorFields): string[] {
  const head = `${String(name)}${code === undefined ? '' : ` (${fieldValue(code)})`}: ${String(message)}`
  const lines = [head, ...frames(message, stack)]
  if (cause === undefined) return lines
  const [first, ...more] = isError(cause) ? errorLines(cause) : [fieldValue(cause)]
  return [...lines, `caused by ${first}`, ...more]
}

/** Where it was thrown; Node's own places help nobody. */
function frames(message: unknown, stack: unknown): string[] {
  if (typeof stack !== 'string') return []
  // A message may look like a stack: what counts begins after it.
  const after = typeof message === 'string' && message !== '' ? stack.indexOf(message) + message.length : 0
  return stack
    .slice(Math.max(0, after))
    .split('\n')
    .filter((line) => /^\s+at /.test(line) && !/\(?node:/.test(line))
    .map((line) => `    ${line.trim()}`)
}

function fieldName(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : oneLine(JSON.stringify(name))
}

function fieldValue(value: unknown): string {
  if (typeof value === 'string' && /^[\w./:@-]+$/.test(value)) return value
  return oneLine(JSON.stringify(value) ?? 'undefined')
}
