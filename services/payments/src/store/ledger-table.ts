import type { Sql } from 'banyan'
import type { LedgerEntry } from '../domain/ledger.ts'

/** The double-entry ledger. Append only. */
export interface LedgerTable {
  /** Appends the entries of one move; the same move twice is an error. */
  append(
    move: { readonly id: string; readonly orderId: string; readonly currency: string; readonly at: number },
    entries: readonly LedgerEntry[],
  ): void
  balances(): Promise<{ account: string; currency: string; debitMinor: number; creditMinor: number }[]>
}

/** Accounts and currencies answered at most. */
const BALANCES_MAX = 1_000

/** Opens the ledger within a transaction or snapshot. */
export function ledgerTable(sql: Sql): LedgerTable {
  return {
    append({ id, orderId, currency, at }, entries) {
      if (entries.length === 0) return
      sql.write(
        `INSERT INTO ledger_entry (tx_id, account, debit_minor, credit_minor, currency, ref_type, ref_id, at)
         VALUES ${entries.map(() => '(?, ?, ?, ?, ?, ?, ?, ?)').join(', ')}`,
        ...entries.flatMap(({ account, debitMinor, creditMinor }) => [
          id,
          account,
          debitMinor,
          creditMinor,
          currency,
          'order',
          orderId,
          at,
        ]),
      )
    },
    balances: () =>
      sql.all(
        `SELECT account AS "account", currency AS "currency", CAST(SUM(debit_minor) AS BIGINT) AS "debitMinor", CAST(SUM(credit_minor) AS BIGINT) AS "creditMinor"
         FROM ledger_entry GROUP BY account, currency ORDER BY account, currency LIMIT ?`,
        BALANCES_MAX,
      ),
  }
}
