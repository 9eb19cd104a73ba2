import { misuse } from 'banyan/kernel'

/** Where a service's schema is and how its connections are set up. */
export interface ConnectionTarget {
  /** URL for the driver, password included: never to be shown. */
  readonly url: string
  /** Host, port and database, for people. */
  readonly shown: string
  readonly schema: string
  /** Six hexadecimal digits that tell this process from others in the names of its sessions. */
  readonly process: string
  /** Start-up options of the URL; null when it has none. */
  readonly own: string | null
  /** What every connection must be set to: search_path, time limits, isolation. */
  readonly settings: readonly SessionSetting[]
  /** Replaces the password by `***` wherever it occurs in a text. */
  readonly redact: (text: string) => string
}

/** Name and value of a setting, as `pg_settings` shows it. */
export type SessionSetting = readonly [name: string, value: string]

/** What a connection is told at start. */
export interface ConnectionSettings {
  readonly url: string
  readonly schema: string
  readonly process: string
  readonly statementTimeoutMs: number
}

/**
 * Longest wait for a lock, after which the transaction starts anew. A service's transactions last milliseconds, so a longer wait is most
 * often a deadlock, which the server itself looks for only after a second; meanwhile everyone behind it would wait too.
 */
const LOCK_TIMEOUT_MS = 250
/** The server ends a transaction whose process stopped talking (frozen, network gone), so that its locks do not stay. */
const IDLE_IN_TRANSACTION_MS = 20_000
/** PostgreSQL cuts longer names off silently, and two schemas would become one. */
const IDENTIFIER_BYTES_MAX = 63

/** Reads the URL and builds the start-up options. Throws `misuse` without ever repeating the URL. */
export function connectionTarget(settings: ConnectionSettings): ConnectionTarget {
  const url = parseUrl(settings.url)
  if (Buffer.byteLength(settings.schema) > IDENTIFIER_BYTES_MAX) {
    misuse(`the schema name "${settings.schema}" is longer than ${IDENTIFIER_BYTES_MAX} bytes; shorten schemaPrefix or the service's name`)
  }
  const own = url.searchParams.get('options')
  url.searchParams.delete('options')
  const database = decoded(url.pathname.slice(1)) || 'the default database'
  const shown = `${url.hostname || url.searchParams.get('host') || 'localhost'}:${url.port || '5432'}/${database}`
  return {
    url: url.href,
    shown,
    schema: settings.schema,
    process: settings.process,
    own,
    settings: sessionSettings(settings),
    redact: redactor([url.password, url.searchParams.get('password') ?? '']),
  }
}

/** Quotes a name for SQL. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function parseUrl(text: string): URL {
  const url = URL.parse(text)
  if (url !== null && (url.protocol === 'postgres:' || url.protocol === 'postgresql:')) return url
  return misuse(
    'the PostgreSQL URL cannot be read; write postgres://user:password@host:5432/database and percent-encode special characters',
  )
}

function sessionSettings({ schema, statementTimeoutMs }: ConnectionSettings): SessionSetting[] {
  return [
    ['search_path', quoteName(schema)],
    ['statement_timeout', String(statementTimeoutMs)],
    ['lock_timeout', String(Math.min(LOCK_TIMEOUT_MS, statementTimeoutMs))],
    ['idle_in_transaction_session_timeout', String(IDLE_IN_TRANSACTION_MS)],
    // The sequencer relies on a new snapshot for each statement, whatever the database's own default is.
    ['default_transaction_isolation', 'read committed'],
    ['default_transaction_read_only', 'off'],
    ['client_min_messages', 'warning'],
    // Prepared statements keep a plan from the time when their tables were small; one by an index stays right when they grow, and it makes
    // SERIALIZABLE watch the rows that were read instead of whole tables. Compiling plans costs more than any of our statements.
    ['enable_seqscan', 'off'],
    ['jit', 'off'],
  ]
}

/** The options of a connection's start: those of the URL, then ours. */
export function startOptions({ own, settings }: Pick<ConnectionTarget, 'own' | 'settings'>): string {
  return [...(own === null ? [] : [own]), ...settings.map(startOption)].join(' ')
}

/** One `-c name=value`; the server splits options at spaces and unescapes backslashes. */
function startOption([name, value]: SessionSetting): string {
  return `-c ${name}=${value.replace(/[\\ ]/g, '\\$&')}`
}

function redactor(passwords: readonly string[]): (text: string) => string {
  const secrets = passwords.filter((password) => password !== '').flatMap((password) => [decoded(password), password])
  return (text) => secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
