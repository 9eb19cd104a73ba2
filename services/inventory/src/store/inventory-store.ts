import { type Sql, store } from 'banyan'
import { auditReader } from './audit-reader.ts'
import { migrations } from './migrations.ts'
import { movementTable } from './movement-table.ts'
import { reservationTable } from './reservation-table.ts'
import { stockTable } from './stock-table.ts'

/** What handlers of inventory find on a transaction. */
export const inventoryStore = store({
  migrations,
  repository: (sql: Sql) => ({
    stock: stockTable(sql),
    reservations: reservationTable(sql),
    movements: movementTable(sql),
    audit: auditReader(sql),
  }),
})
