import { BanyanError, type LogLevel, systemClock } from 'banyan/kernel'
import { createLogger, type LimitedLog, limitedLog, type LogFormat } from 'banyan/telemetry'

/**
 * The log of a process, on standard error: readable in a terminal and JSON elsewhere, unless `BANYAN_LOG_FORMAT` says otherwise. A loop that
 * fails cannot fill a disk with it. Throws `failed_precondition` for settings that it cannot honour.
 */
export function processLog(environment: Readonly<Record<string, string | undefined>>): LimitedLog {
  const clock = systemClock()
  const terminal = process.stderr.isTTY
  const log = createLogger({
    write: (line) => void process.stderr.write(line),
    level: logLevel(environment['BANYAN_LOG']),
    clock,
    format: logFormat(environment['BANYAN_LOG_FORMAT']) ?? (terminal ? 'human' : 'json'),
    colors: terminal && !environment['NO_COLOR'],
  })
  return limitedLog(log, { clock })
}

function logFormat(text: string | undefined): LogFormat | undefined {
  if (text === undefined || text === '') return undefined
  if (text === 'human' || text === 'json') return text
  throw new BanyanError('failed_precondition', `BANYAN_LOG_FORMAT is "${text}"; it must be "human" or "json"`)
}

function logLevel(text: string | undefined): LogLevel {
  if (text === undefined || text === '') return 'warn'
  if (text === 'debug' || text === 'info' || text === 'warn' || text === 'error') return text
  throw new BanyanError('failed_precondition', `BANYAN_LOG is "${text}"; it must be "debug", "info", "warn" or "error"`)
}
