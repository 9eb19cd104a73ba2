/** Facts that go with a log line. Keys named like secrets are redacted by the writer. */
export type LogFields = Readonly<Record<string, unknown>>

/** Severity of a log line, least first. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Writes structured log lines. A line is a constant message and the facts as fields. */
export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** Returns a logger whose lines also carry `fields`. */
  with(fields: LogFields): Logger
}

/** A logger that drops every line; the default in tests. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  with: () => silentLogger,
}
