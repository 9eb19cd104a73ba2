import { documents, type Documents, sql, type Sql, store } from 'banyan'
import { auditDocuments } from './documents/audit-documents.ts'
import { collections } from './documents/collections.ts'
import { movementDocuments } from './documents/movement-documents.ts'
import { reservationDocuments } from './documents/reservation-documents.ts'
import { stockDocuments } from './documents/stock-documents.ts'
import type { InventoryRepository } from './repository.ts'
import { auditReader } from './sql/audit-reader.ts'
import { migrations } from './sql/migrations.ts'
import { movementTable } from './sql/movement-table.ts'
import { reservationTable } from './sql/reservation-table.ts'
import { stockTable } from './sql/stock-table.ts'

/** Inventory in tables, and in documents where the engine speaks no SQL. */
export const inventoryStore = store<InventoryRepository>(
  sql({
    migrations,
    repository: (database: Sql): InventoryRepository => ({
      stock: stockTable(database),
      reservations: reservationTable(database),
      movements: movementTable(database),
      audit: auditReader(database),
    }),
  }),
  documents({
    collections,
    repository: (database: Documents): InventoryRepository => ({
      stock: stockDocuments(database),
      reservations: reservationDocuments(database),
      movements: movementDocuments(database),
      audit: auditDocuments(database),
    }),
  }),
)
