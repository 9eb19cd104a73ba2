import { type Sql, store } from 'banyan'
import { auditReader } from './audit-reader.ts'
import { migrations } from './migrations.ts'
import { orderTable } from './order-table.ts'
import { personTable } from './person-table.ts'

/** What handlers of orders find on a transaction. */
export const ordersStore = store({
  migrations,
  repository: (sql: Sql) => ({ orders: orderTable(sql), persons: personTable(sql), audit: auditReader(sql) }),
})
