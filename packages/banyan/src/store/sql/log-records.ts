import type { FlowEvents, LogRecords, StoreSize } from '../records/log-records.ts'
import type { SqlReader } from '../sql.ts'
import { eventsOfFlow } from './flow-events.ts'
import { newestId } from './newest-id.ts'
import { storeSize } from './store-size.ts'

/** What is asked of a log in SQL besides its pages. */
export class SqlLogRecords implements LogRecords {
  readonly #sql: SqlReader

  constructor(sql: SqlReader) {
    this.#sql = sql
  }

  ofFlow(correlationId: string, limit: number): Promise<FlowEvents> {
    return eventsOfFlow(this.#sql, correlationId, limit)
  }

  newestId(): Promise<string | undefined> {
    return newestId(this.#sql)
  }

  size(): Promise<StoreSize> {
    return storeSize(this.#sql)
  }
}
