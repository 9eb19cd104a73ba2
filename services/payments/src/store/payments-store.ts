import { type Sql, store } from 'banyan'
import { auditReader } from './audit-reader.ts'
import { attemptTable } from './attempt-table.ts'
import { bookTable } from './book-table.ts'
import { ledgerTable } from './ledger-table.ts'
import { migrations } from './migrations.ts'
import { paymentTable } from './payment-table.ts'

/** What handlers of payments find on a transaction. */
export const paymentsStore = store({
  migrations,
  repository: (sql: Sql) => ({
    payments: paymentTable(sql),
    attempts: attemptTable(sql),
    ledger: ledgerTable(sql),
    books: bookTable(sql),
    audit: auditReader(sql),
  }),
})
