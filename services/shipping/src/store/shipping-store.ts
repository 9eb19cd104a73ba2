import { type Sql, store } from 'banyan'
import { auditReader } from './audit-reader.ts'
import { migrations } from './migrations.ts'
import { shipmentTable } from './shipment-table.ts'

/** What handlers of shipping find on a transaction. */
export const shippingStore = store({ migrations, repository: (sql: Sql) => ({ shipments: shipmentTable(sql), audit: auditReader(sql) }) })
