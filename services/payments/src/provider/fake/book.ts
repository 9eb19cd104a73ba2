import type { DatabaseSync } from 'node:sqlite'
import type { Money, Runtime } from 'banyan/kernel'
import type { FinalOutcome, Lookup } from '../provider.ts'
import { groupCommit } from './group-commit.ts'
import { fingerprintHash, openBookFile } from './open-book-file.ts'

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

/** Which book it is. */
export interface BookIdentity {
  readonly file: string
  /** Given when the file was made; the same wherever the file is taken. */
  readonly id: string
  /** Nobody has asked for anything yet. */
  isEmpty(): boolean
}

/** The provider's own book: what it did with which key, and what it holds of whom. */
export interface Book extends BookIdentity {
  /** Carries a request out once; a repetition gets the stored reply, another request with the same key is rejected. */
  carryOut(request: BookedRequest): Promise<CarriedOut>
  find(key: string): Lookup
  close(): void
}

interface ChargeRow {
  readonly authorized_minor: number
  readonly captured_minor: number
  readonly refunded_minor: number
  readonly voided: number
}

/** What a book needs of the process. */
export type BookPorts = Pick<Runtime, 'clock' | 'ids' | 'log'>

/**
 * Opens the book in a file of its own: it stands for a system outside of ours, so it shares no store with any service, and no transaction of ours
 * takes back what it did. Nothing is removed from it: the audit compares it with every payment, and these are kept for ever.
 */
export function openBook(file: string, ports: BookPorts): Book {
  const { clock } = ports
  const database = openBookFile(file, ports)
  const { id } = database.prepare('SELECT id FROM identity').get() as { id: string }
  const commits = groupCommit(database, clock)
  const statements = prepare(database)

  function reply(key: string): { fingerprint: string; outcome: FinalOutcome } | undefined {
    const row = statements.find.get(key) as { fingerprint: string; reply: string } | undefined
    return row && { fingerprint: row.fingerprint, outcome: JSON.parse(row.reply) as FinalOutcome }
  }
  function carryOut(request: BookedRequest): CarriedOut {
    const earlier = reply(request.key)
    const fingerprint = fingerprintHash(request.key, request.fingerprint)
    if (earlier) {
      const isSame = earlier.fingerprint === fingerprint
      return { outcome: isSame ? earlier.outcome : { kind: 'rejected', code: 'idempotency_mismatch' }, isNew: false }
    }
    const at = clock.now()
    const outcome = request.decline ?? moveMoney(statements, request, at)
    const { key, operation, orderId } = request
    statements.remember.run(key, fingerprint, operation, orderId, outcome.kind, JSON.stringify(outcome), at)
    return { outcome, isNew: true }
  }
  return {
    file,
    id,
    isEmpty: () => statements.any.get() === undefined,
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
    any: database.prepare('SELECT 1 AS any FROM request LIMIT 1'),
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
