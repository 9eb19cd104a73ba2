import { BanyanError } from 'banyan/kernel'
import type { ConnectionTarget } from './connection-target.ts'
import { POOL_MAX_SETTING } from './pool-settings.ts'

/** What the server says of an error. */
interface ServerError extends Error {
  /** SQLSTATE, five characters. */
  readonly code?: string
  readonly severity?: string
  /** Place of the statement in the batch it was sent with. */
  readonly part?: number
}

/** Notes which statement of a batch failed. */
export function markPart(error: Error, part: number): Error {
  return Object.assign(error, { part })
}
/** Which statement of a batch failed. */
export function failedPart(error: unknown): number {
  return (error as ServerError).part ?? 0
}

/** Errors with which the server ends the connection: shut down, crash of a neighbour, start-up, idle for too long. */
const CONNECTION_ENDS = new Set(['57P01', '57P02', '57P03', '57P05', '25P03', '25P04'])
/** Serialization failure, deadlock: the database refused this order of events, another try sees another one. */
const CONFLICTS = new Set(['40001', '40P01'])
/** A lock did not come free in time; most often a deadlock that we found before the server did, which looks only after a second. */
const LOCK_TIMEOUT = '55P03'
/** The server's copy of a prepared statement is gone or no longer fits the table, e.g. after a migration by another instance. */
const STALE_STATEMENTS = new Set(['26000', '0A000'])

const TOO_MANY_CONNECTIONS = '53300'

/** Whether the connection is lost, so that it is unknown what the server still did. */
export function isConnectionLoss(error: unknown): boolean {
  if (error === undefined || error instanceof BanyanError) return false
  const { code, severity } = error as ServerError
  if (severity === undefined) return true
  return severity === 'FATAL' || severity === 'PANIC' || (code !== undefined && (CONNECTION_ENDS.has(code) || code.startsWith('08')))
}

/** Whether the database refused the transaction so that it behaves as if transactions ran one by one (S4). */
export function isConflict(error: unknown): boolean {
  return CONFLICTS.has((error as Partial<ServerError> | undefined)?.code ?? '')
}

/** Whether the transaction waited too long for a lock. */
export function isLockTimeout(error: unknown): boolean {
  return (error as Partial<ServerError> | undefined)?.code === LOCK_TIMEOUT
}

/** Whether the statement must be prepared again on another connection. */
export function isStaleStatement(error: unknown): boolean {
  const { code, message = '' } = (error ?? {}) as Partial<ServerError>
  return STALE_STATEMENTS.has(code ?? '') && (code === '26000' || message.includes('cached plan'))
}

/** Whether a schema or table is not there. */
export function isMissing(error: unknown): boolean {
  return ['42P01', '3F000'].includes((error as Partial<ServerError> | undefined)?.code ?? '')
}

/** Whether the server has no connection left for us: for its own limit, or for that of the role or database. */
export function isServerFull(error: unknown): boolean {
  return (error as Partial<ServerError> | undefined)?.code === TOO_MANY_CONNECTIONS
}

/** Turns an error of a statement that certainly had no effect into what a caller can act on. Passes a {@link BanyanError} on. */
export function toStatementError(error: unknown, target: ConnectionTarget, query?: string): BanyanError {
  if (error instanceof BanyanError) return error
  if (isConnectionLoss(error)) return connectionLost(error, target)
  const { code = '', message } = error as ServerError
  const text = target.redact(message)
  const where = query === undefined ? '' : ` in: ${query.replace(/\s+/g, ' ').trim().slice(0, 200)}`
  const cause = { cause: error }
  if (code === '53100')
    return new BanyanError('storage_full', `the disk of PostgreSQL at ${target.shown} is full; free space, then try again`, cause)
  if (code === '57014' || code === LOCK_TIMEOUT) return tooSlow(text, error, where)
  if (code === '25006') return new BanyanError('misuse', `a snapshot cannot write; use transaction(): ${text}${where}`, cause)
  if (code.startsWith('53') || code.startsWith('58') || code.startsWith('57')) return serverTrouble(error, text, target)
  if (code.startsWith('42') || code.startsWith('0A'))
    return new BanyanError('misuse', `PostgreSQL cannot run the statement: ${text}${where}`, cause)
  if (code === '22021')
    // Texts of bodies are refused before they are sent; this is what others put in, e.g. a hand-written list.
    return new BanyanError(
      'misuse',
      `a text holds the character NUL, which no store can keep; bound the text in the contract${where}`,
      cause,
    )
  return new BanyanError('internal', `PostgreSQL refused the statement (${code}): ${text}${where}`, cause)
}

/** An error before COMMIT was sent: nothing happened. */
export function connectionLost(error: unknown, target: ConnectionTarget): BanyanError {
  const text = target.redact((error as Error).message)
  return new BanyanError('unavailable', `lost the connection to PostgreSQL at ${target.shown}: ${text}; nothing was changed, try again`, {
    cause: error,
  })
}

/** An error after COMMIT was sent and before it was answered. */
export function outcomeUnknown(error: unknown, target: ConnectionTarget): BanyanError {
  const text = target.redact((error as Error).message)
  const advice = 'the transaction may have been committed; repeat it only with its idempotency key'
  return new BanyanError('outcome_unknown', `lost the connection to PostgreSQL at ${target.shown} during COMMIT: ${text}; ${advice}`, {
    cause: error,
  })
}

/** Turns what went wrong while connecting into what to do about it. */
export function toConnectError(error: unknown, target: ConnectionTarget): BanyanError {
  if (error instanceof BanyanError) return error
  const { code = '', message } = error as ServerError
  const text = target.redact(message)
  const cause = { cause: error }
  if (code === '28P01' || code === '28000') {
    return new BanyanError('misuse', `PostgreSQL at ${target.shown} refused the login: ${text}; check user and password in the URL`, cause)
  }
  if (code === '3D000') return new BanyanError('misuse', `PostgreSQL at ${target.shown}: ${text}; create it with CREATE DATABASE`, cause)
  const advice = CONNECT_ADVICE[code] ?? 'check that the server runs and the URL is right'
  return new BanyanError('unavailable', `cannot connect to PostgreSQL at ${target.shown}: ${text || code}; ${advice}`, cause)
}

const CONNECT_ADVICE: Readonly<Record<string, string>> = {
  [TOO_MANY_CONNECTIONS]: `raise max_connections, or lower ${POOL_MAX_SETTING}`,
  '08P01':
    'if a pooler stands there that knows no start-up options, let it ignore them (PgBouncer: ignore_startup_parameters = options) and pool sessions',
}

function tooSlow(text: string, error: unknown, where: string): BanyanError {
  const message = `PostgreSQL gave up on a statement: ${text}${where}; nothing was changed`
  return new BanyanError('deadline_exceeded', message, { cause: error, retry: 'safe' })
}

function serverTrouble(error: unknown, text: string, target: ConnectionTarget): BanyanError {
  return new BanyanError('unavailable', `PostgreSQL at ${target.shown} cannot serve now: ${text}; nothing was changed, try again`, {
    cause: error,
  })
}
