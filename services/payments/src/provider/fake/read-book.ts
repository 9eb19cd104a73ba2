import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

/** What the provider holds of an order, by its own book. Amounts in minor units. */
export interface ChargeFact {
  readonly orderId: string
  readonly ref: string
  readonly currency: string
  readonly authorizedMinor: number
  readonly capturedMinor: number
  readonly refundedMinor: number
  readonly voided: boolean
  readonly createdAt: number
}

/** A request that the provider carried out. */
export interface SuccessFact {
  readonly orderId: string
  readonly key: string
  readonly operation: string
  readonly at: number
}

/** A range of order ids: above `after`, up to and with `upTo`; open when that is undefined. */
export interface OrderRange {
  readonly after: string
  readonly upTo: string | undefined
}

/** The fake provider's book, read by somebody else than the provider. */
export interface BookReader {
  readonly file: string
  /** Undefined where there is no book, or one of an earlier release that has no id yet. */
  readonly id: string | undefined
  charges(range: OrderRange): ChargeFact[]
  successes(range: OrderRange): SuccessFact[]
  /** Captured less refunded, by currency. */
  totals(): { currency: string; netMinor: number }[]
  close(): void
}

/** Most facts of one range of orders. */
const FACTS_MAX = 100_000
/** Returns what sorts behind every key of an order, and before the first order when there is none. */
function behind(orderId: string): string {
  return orderId === '' ? '' : `${orderId}:~`
}

/** Opens the book for reading only; a book that does not exist yet is empty. Works while the provider runs. */
export function readBook(file: string): BookReader {
  if (!existsSync(file)) return { file, id: undefined, charges: () => [], successes: () => [], totals: () => [], close() {} }
  const database = new DatabaseSync(file, { readOnly: true })
  const charges = `SELECT ref, order_id AS orderId, currency, authorized_minor AS authorizedMinor, captured_minor AS capturedMinor,
    refunded_minor AS refundedMinor, voided, created_at AS createdAt FROM charge`
  const successes = 'SELECT key, operation, at FROM request'
  return {
    file,
    id: idOf(database),
    charges({ after, upTo }) {
      const rows = database
        .prepare(`${charges} WHERE ref > ? ${upTo === undefined ? '' : 'AND ref <= ?'} ORDER BY ref LIMIT ?`)
        .all(`ch_${behind(after)}`, ...(upTo === undefined ? [] : [`ch_${behind(upTo)}`]), FACTS_MAX)
      return (rows as unknown as (Omit<ChargeFact, 'voided'> & { voided: number })[]).map((row) => ({ ...row, voided: row.voided === 1 }))
    },
    successes({ after, upTo }) {
      const rows = database
        .prepare(`${successes} WHERE outcome = 'succeeded' AND key > ? ${upTo === undefined ? '' : 'AND key <= ?'} ORDER BY key LIMIT ?`)
        .all(behind(after), ...(upTo === undefined ? [] : [behind(upTo)]), FACTS_MAX)
      return (rows as unknown as Omit<SuccessFact, 'orderId'>[]).map((row) => ({ ...row, orderId: row.key.slice(0, row.key.indexOf(':')) }))
    },
    totals: () =>
      database
        .prepare('SELECT currency, SUM(captured_minor - refunded_minor) AS netMinor FROM charge GROUP BY currency')
        .all() as unknown as { currency: string; netMinor: number }[],
    close: () => database.close(),
  }
}

function idOf(database: DatabaseSync): string | undefined {
  if (database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'identity'").get() === undefined) return undefined
  return (database.prepare('SELECT id FROM identity').get() as { id: string } | undefined)?.id
}
