import type { SqlTables } from 'banyan'

/**
 * Tables of payments. An attempt's row stands before its request leaves, so that no money ever moves without a trace of the intent;
 * `payment_attempt_open` allows one open attempt per payment and operation. `ledger_entry` is append-only.
 */
export const migrations: SqlTables<object>['migrations'] = [
  {
    id: '001-payments',
    sql: `
CREATE TABLE payment (
  order_id TEXT NOT NULL PRIMARY KEY, id TEXT NOT NULL UNIQUE, user_id TEXT NOT NULL, provider TEXT NOT NULL, token TEXT NOT NULL,
  currency TEXT NOT NULL, amount_minor BIGINT NOT NULL, authorized_minor BIGINT NOT NULL, captured_minor BIGINT NOT NULL,
  refunded_minor BIGINT NOT NULL, voided_minor BIGINT NOT NULL, status TEXT NOT NULL, provider_ref TEXT, decline_code TEXT,
  decline_retryable INTEGER NOT NULL, closed_reason TEXT, flow TEXT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,
  version INTEGER NOT NULL,
  CHECK (captured_minor <= authorized_minor), CHECK (refunded_minor <= captured_minor));
CREATE TABLE payment_attempt (
  order_id TEXT NOT NULL, op TEXT NOT NULL, n INTEGER NOT NULL, amount_minor BIGINT NOT NULL, idempotency_key TEXT NOT NULL,
  state TEXT NOT NULL, sent_at BIGINT NOT NULL, provider_ref TEXT, error_code TEXT,
  requested_at BIGINT NOT NULL, resolved_at BIGINT,
  PRIMARY KEY (order_id, op, n));
CREATE UNIQUE INDEX payment_attempt_open ON payment_attempt (order_id, op) WHERE state IN ('sent', 'unknown');
CREATE TABLE ledger_entry (
  tx_id TEXT NOT NULL, account TEXT NOT NULL, debit_minor BIGINT NOT NULL, credit_minor BIGINT NOT NULL, currency TEXT NOT NULL,
  ref_type TEXT NOT NULL, ref_id TEXT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (tx_id, account));`,
  },
  {
    id: '002-unused-tokens',
    sql: `CREATE INDEX payment_unused ON payment (created_at) WHERE flow = 'choreography' AND status = 'created' AND token <> '';`,
  },
  { id: '003-provider-book', sql: `CREATE TABLE provider_book (provider TEXT NOT NULL PRIMARY KEY, book_id TEXT NOT NULL);` },
]
