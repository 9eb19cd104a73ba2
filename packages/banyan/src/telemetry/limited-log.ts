import type { CancelTimer, Clock } from '../kernel/clock.ts'
import type { LogFields, Logger } from '../kernel/logger.ts'

/** How often one kind of trouble is told. */
export interface LimitedLogOptions {
  readonly clock: Pick<Clock, 'setTimer'>
  /** Of one kind, one entry is written in this time; the others are counted. Default {@link LOG_INTERVAL_MS}. */
  readonly intervalMs?: number
}

/** A logger that counts repetitions. */
export interface LimitedLog extends Logger {
  /** Tells what was counted so far, e.g. before the process ends. */
  flush(): void
}

/** Long enough that a loop that fails a thousand times a second cannot fill a disk, short enough that a person sees that it goes on. */
export const LOG_INTERVAL_MS = 10_000

/** Causes looked at; a chain may be a circle. */
const CAUSES_MAX = 4

/** Kinds kept at most; more than that are told together. A service has a few dozen ways to fail. */
const KINDS_MAX = 500

/**
 * Facts that make two entries with the same message two kinds: where it happened. All others (ids, positions, attempts, times) tell entries
 * of one kind apart.
 */
const PLACE_FIELDS = [
  'service',
  'saga',
  'step',
  'phase',
  'operation',
  'route',
  'consumer',
  'source',
  'type',
  'timer',
  'projection',
  'aggregate',
  'part',
  'server',
] as const

/**
 * Wraps a logger so that a loop cannot flood it: of warnings and errors of one kind (same message, same place, same error) the first is
 * written whole, and those that follow within the interval are counted and told in one entry, without their stacks, when it ends.
 * Entries of the levels `info` and `debug` pass as they are.
 */
export function limitedLog(log: Logger, options: LimitedLogOptions): LimitedLog {
  const repetitions = createRepetitions(options)
  return { ...wrap(log, {}, repetitions), flush: repetitions.flush }
}

function wrap(log: Logger, bound: LogFields, repetitions: Repetitions): Logger {
  const limited =
    (level: 'warn' | 'error') =>
    (message: string, fields: LogFields = {}): void => {
      const kind = kindOf(level, message, { ...bound, ...fields })
      if (repetitions.isFirst(kind.text, (count, seconds) => log[level](`${message}: again`, { ...kind.place, times: count, seconds })))
        log[level](message, fields)
    }
  return {
    debug: (message, fields) => log.debug(message, fields),
    info: (message, fields) => log.info(message, fields),
    warn: limited('warn'),
    error: limited('error'),
    with: (fields) => wrap(log.with(fields), { ...bound, ...fields }, repetitions),
  }
}

function kindOf(level: string, message: string, fields: LogFields): { text: string; place: LogFields } {
  const place: Record<string, unknown> = {}
  for (const name of PLACE_FIELDS) if (typeof fields[name] === 'string') place[name] = fields[name]
  const error = errorKind(fields['error'])
  if (error !== undefined) place['error'] = error
  return { text: JSON.stringify([level, message, place]), place }
}

/** What two errors of one kind have in common: class and code, and where they were thrown. Messages may hold ids. */
function errorKind(error: unknown, depth = 0): string | undefined {
  if (!(error instanceof Error) || depth === CAUSES_MAX) return undefined
  const { code } = error as { code?: unknown }
  const thrownAt = /^\s+at .*$/m.exec(error.stack ?? '')?.[0].trim()
  const own = [error.name, ...(typeof code === 'string' ? [code] : []), ...(thrownAt === undefined ? [] : [thrownAt])].join(' ')
  const cause = errorKind(error.cause, depth + 1)
  return cause === undefined ? own : `${own} < ${cause}`
}

type Tell = (times: number, seconds: number) => void

interface Repetitions {
  /** True for the first of its kind in an interval; the others are counted, and `tell` is called with their number when it ends. */
  isFirst(kind: string, tell: Tell): boolean
  flush(): void
}

interface Running {
  count: number
  readonly cancel: CancelTimer
  readonly tell: Tell
}

function createRepetitions({ clock, intervalMs = LOG_INTERVAL_MS }: LimitedLogOptions): Repetitions {
  const running = new Map<string, Running>()
  const begin = (kind: string, tell: Tell): void => {
    const entry: Running = { count: 0, cancel: clock.setTimer(intervalMs, end), tell }
    running.set(kind, entry)
    function end(): void {
      running.delete(kind)
      if (entry.count === 0) return
      tell(entry.count, intervalMs / 1_000)
      begin(kind, tell) // it goes on: from now on only the number of each interval is told
    }
  }
  return {
    isFirst(kind, tell) {
      const known = running.get(running.size < KINDS_MAX || running.has(kind) ? kind : OTHERS)
      if (known !== undefined) {
        known.count++
        return false
      }
      begin(running.size < KINDS_MAX ? kind : OTHERS, tell)
      return true
    },
    flush() {
      for (const { count, cancel, tell } of running.values()) {
        cancel()
        if (count > 0) tell(count, intervalMs / 1_000)
      }
      running.clear()
    },
  }
}

/** Stands for all kinds beyond {@link KINDS_MAX}. */
const OTHERS = 'others'
