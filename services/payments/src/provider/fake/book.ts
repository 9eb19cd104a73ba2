import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Clock, Money } from 'banyan/kernel'
import { createPrivateFile, prepareDirectory } from 'banyan/store/sqlite'
import type { FinalOutcome, Lookup } from '../provider.ts'
import { groupCommit } from './group-commit.ts'

/** A request as the provider remembers it. */
export interface BookedRequest {
  readonly key: string
  /** Everything of the request that must not change under one key. */
  readonly fingerprint: string
  readonly operation: 'authorize' | 'capture' | 'void' | 'refund'
  readonly orderId: string
  /** The authorisation it is about; undefined for a new one. */
  readonly ref: string | undefined
  readonly amount: Money
  /** Why it is declined; undefined when it is carried out. */
  readonly decline: FinalOutcome | undefined
}

/** What came of a request, and whether this was the first time that its key was seen. */
export interface CarriedOut {
  readonly outcome: FinalOutcome
  readonly isNew: boolean
}

/** The provider's own book: what it did with which key, and what it holds of whom. */
export interface Book {
  /** Carries a request out once; a repetition gets the stored reply, another request with the same key is rejected. */
  carryOut(request: BookedRequest): Promise<CarriedOut>
  find(key: string): Lookup
  close(): void
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS request (
  key TEXT NOT NULL PRIMARY KEY, fingerprint TEXT NOT NULL, operation TEXT NOT NULL, order_id TEXT NOT NULL, outcome TEXT NOT NULL,
  reply TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS charge (
  ref TEXT NOT NULL PRIMARY KEY, order_id TEXT NOT NULL, currency TEXT NOT NULL, authorized_minor INTEGER NOT NULL,
  captured_minor INTEGER NOT NULL, refunded_minor INTEGER NOT NULL, voided INTEGER NOT NULL, created_at INTEGER NOT NULL) WITHOUT ROWID;`

interface ChargeRow {
  readonly authorized_minor: number
  readonly captured_minor: number
  readonly refunded_minor: number
  readonly voided: number
}

/** Opens the book in a file of its own: it stands for a system outside of ours, so it shares no store with any service. */
export function openBook(file: string, clock: Clock): Book {
  prepareDirectory(dirname(file))
  createPrivateFile(file)
  const database = new DatabaseSync(file)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000')
  database.exec(SCHEMA)
  const commits = groupCommit(database, clock)
  const statements = prepare(database)

  function reply(key: string): { fingerprint: string; outcome: FinalOutcome } | undefined {
    const row = statements.find.get(key) as { fingerprint: string; reply: string } | undefined
    return row && { fingerprint: row.fingerprint, outcome: JSON.parse(row.reply) as FinalOutcome }
  }
  function carryOut(request: BookedRequest): CarriedOut {
    const earlier = reply(request.key)
    if (earlier) {
      const isSame = earlier.fingerprint === request.fingerprint
      return { outcome: isSame ? earlier.outcome : { kind: 'rejected', code: 'idempotency_mismatch' }, isNew: false }
    }
    const at = clock.now()
    const outcome = request.decline ?? moveMoney(statements, request, at)
    const { key, fingerprint, operation, orderId } = request
    statements.remember.run(key, fingerprint, operation, orderId, outcome.kind, JSON.stringify(outcome), at)
    return { outcome, isNew: true }
  }
  return {
    carryOut: (request) => commits.write(() => carryOut(request)),
    find(key) {
      const known = reply(key)
      return known ? { kind: 'found', outcome: known.outcome } : { kind: 'absent' }
    },
    close() {
      commits.flush()
      database.close()
    },
  }
}

type Statements = ReturnType<typeof prepare>

function prepare(database: DatabaseSync) {
  return {
    find: database.prepare('SELECT fingerprint, reply FROM request WHERE key = ?'),
    remember: database.prepare(
      'INSERT INTO request (key, fingerprint, operation, order_id, outcome, reply, at) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    open: database.prepare('INSERT INTO charge VALUES (?, ?, ?, ?, 0, 0, 0, ?)'),
    charge: database.prepare('SELECT authorized_minor, captured_minor, refunded_minor, voided FROM charge WHERE ref = ? AND currency = ?'),
    capture: database.prepare('UPDATE charge SET captured_minor = captured_minor + ? WHERE ref = ?'),
    void: database.prepare('UPDATE charge SET voided = 1 WHERE ref = ?'),
    refund: database.prepare('UPDATE charge SET refunded_minor = refunded_minor + ? WHERE ref = ?'),
  }
}

function moveMoney(statements: Statements, { operation, key, orderId, amount, ref }: BookedRequest, at: number): FinalOutcome {
  if (operation === 'authorize') {
    const newRef = `ch_${key}`
    statements.open.run(newRef, orderId, amount.currency, amount.amountMinor, at)
    return { kind: 'succeeded', ref: newRef, amount, at }
  }
  const charge = statements.charge.get(ref ?? '', amount.currency) as ChargeRow | undefined
  if (!charge) return { kind: 'rejected', code: 'unknown_charge' }
  const left = {
    capture: charge.voided ? 0 : charge.authorized_minor - charge.captured_minor,
    void: charge.voided || charge.captured_minor > 0 ? 0 : charge.authorized_minor,
    refund: charge.captured_minor - charge.refunded_minor,
  }[operation]
  if (amount.amountMinor > left) return { kind: 'rejected', code: 'amount_too_large' }
  if (operation === 'void') statements.void.run(ref ?? '')
  else statements[operation].run(amount.amountMinor, ref ?? '')
  return { kind: 'succeeded', ref: ref ?? '', amount, at }
}
