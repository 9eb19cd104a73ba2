import { getTestContext } from 'node:test'
import type { Clock, LogFields, Logger, LogLevel } from 'banyan/kernel'
import { createLogger } from 'banyan/telemetry'

/** Whatever takes log entries as `console` does: a message and its facts. */
export type LogTaker = Pick<Logger, LogLevel>

/** The log of a platform under test. */
export interface TestLog {
  readonly logger: Logger
  /** Number of entries so far; a mark for {@link TestLog.errorOf}. */
  mark(): number
  /** The error with which `operation` failed last since a mark; undefined when it logged none. */
  errorOf(operation: string, since: number): unknown
}

interface Entry {
  readonly time: number
  readonly level: LogLevel
  readonly message: string
  readonly fields: LogFields
}

/** Entries kept: those before a failure tell what led to it. */
const ENTRIES_MAX = 200

/**
 * Keeps what a platform logs and writes it to standard error when the test that started the platform fails; where the platform was started
 * outside of a test, e.g. in a `before` hook or under another runner, when the process ends with an exit code other than 0.
 */
export function keptLog(what: string, clock: Pick<Clock, 'now'>): TestLog {
  const entries: Entry[] = []
  let dropped = 0
  const keep = (level: LogLevel, bound: LogFields, message: string, fields: LogFields = {}): void => {
    entries.push({ time: clock.now(), level, message, fields: { ...bound, ...fields } })
    if (entries.length > ENTRIES_MAX) dropped += entries.splice(0, entries.length - ENTRIES_MAX).length
  }
  whenFailed((test) => {
    if (entries.length > 0) process.stderr.write(shown(`log of ${what}${test === undefined ? '' : ` in "${test}"`}`, entries, dropped))
  })
  return {
    logger: loggerOf(keep, {}),
    mark: () => dropped + entries.length,
    errorOf: (operation, since) =>
      entries
        .slice(Math.max(0, since - dropped))
        .findLast(({ fields }) => fields['operation'] === operation && fields['error'] !== undefined)?.fields['error'],
  }
}

/** Hands entries on to someone else as they come. */
export function handedOnLog(taker: LogTaker): TestLog {
  const failures: { readonly operation: unknown; readonly error: unknown }[] = []
  const handOn = (level: LogLevel, bound: LogFields, message: string, fields: LogFields = {}): void => {
    const all = { ...bound, ...fields }
    if (all['error'] !== undefined) failures.push({ operation: all['operation'], error: all['error'] })
    if (Object.keys(all).length === 0) taker[level](message)
    else taker[level](message, all)
  }
  return {
    logger: loggerOf(handOn, {}),
    mark: () => failures.length,
    errorOf: (operation, since) => failures.slice(since).findLast((failure) => failure.operation === operation)?.error,
  }
}

type Take = (level: LogLevel, bound: LogFields, message: string, fields?: LogFields) => void

function loggerOf(take: Take, bound: LogFields): Logger {
  return {
    debug: (message, fields) => take('debug', bound, message, fields),
    info: (message, fields) => take('info', bound, message, fields),
    warn: (message, fields) => take('warn', bound, message, fields),
    error: (message, fields) => take('error', bound, message, fields),
    with: (fields) => loggerOf(take, { ...bound, ...fields }),
  }
}

/** What is still to be told when the process ends badly; one listener for all, however many platforms there are, and none when nothing is left. */
const atExit = new Set<() => void>()
const tellAtExit = (exitCode: number): void => {
  if (exitCode !== 0) for (const tell of atExit) tell()
}

/** Calls `tell` once when what runs now has failed. */
function whenFailed(tell: (test?: string) => void): void {
  if (atExit.size === 0) process.on('exit', tellAtExit)
  const context = getTestContext()
  const later = (): void => tell()
  atExit.add(later)
  if (context === undefined || !('after' in context)) return
  context.after(() => {
    const failed = context.error !== undefined && context.error !== null
    if (!failed && !context.passed) return // a hook: whether its tests fail is not known yet
    atExit.delete(later)
    if (atExit.size === 0) process.off('exit', tellAtExit)
    if (failed) tell(context.name)
  })
}

function shown(title: string, entries: readonly Entry[], dropped: number): string {
  let now = 0
  let text = `\n${title}${dropped === 0 ? '' : ` (its last ${entries.length} entries)`}:\n`
  const logger = createLogger({
    write: (line) => (text += `  ${line.replaceAll('\n', '\n  ').trimEnd()}\n`),
    clock: { now: () => now },
    level: 'debug',
    format: 'human',
  })
  for (const { time, level, message, fields } of entries) {
    now = time
    logger[level](message, fields)
  }
  return text
}
