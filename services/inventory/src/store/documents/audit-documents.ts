import type { Documents } from 'banyan'
import type { StockMismatch } from '../../audits/contract.ts'
import { AUDIT_LINES_MAX, AUDIT_ROWS_MAX, type AuditReader, MAIN_LOCATION } from '../repository.ts'
import { movements, reservations, stockItems } from './collections.ts'
import { pagesOf } from './pages-of.ts'

/** What movements and open reservations say of one sku at one place. */
interface Sums {
  readonly sku: string
  movedOnHand: number
  movedReserved: number
  bound: number
  isMoved: boolean
}

/** Opens the answers to audits on a snapshot. Each goes through what it asks for page by page; there are no joins. */
export function auditDocuments(database: Documents): AuditReader {
  let summed: Promise<ReadonlyMap<string, Sums>> | undefined
  const sums = (): Promise<ReadonlyMap<string, Sums>> => (summed ??= sumsOf(database)) // two answers of one snapshot need them
  return {
    mismatches: async () => mismatchesOf(database, await sums()),
    async strays() {
      const strays = new Map([...(await sums())].filter(([, { isMoved }]) => isMoved))
      for await (const { sku, locationId } of pagesOf(database, stockItems, {})) strays.delete(placeOf(sku, locationId))
      return [...new Set([...strays.values()].map(({ sku }) => sku))].slice(0, AUDIT_ROWS_MAX)
    },
    async overdue(before) {
      const held = await database.range(reservations, { index: 'holds', before: [before], limit: AUDIT_ROWS_MAX })
      return held.map(({ orderId, expiresAt }) => ({ orderId, expiresAt: expiresAt as number }))
    },
    async reservations({ after, upTo }) {
      const facts = []
      let lineCount = 0
      for await (const { orderId, status, expiresAt, createdAt, lines } of pagesOf(database, reservations, {
        after: [after],
        upTo: upTo === undefined ? undefined : [upTo],
      })) {
        const all = lines.map(({ sku, qty }) => `${sku}:${qty}`)
        facts.push({ orderId, status, expiresAt, createdAt, lines: all.toSorted().join(',') })
        lineCount += Math.max(1, lines.length)
        if (lineCount >= AUDIT_LINES_MAX) break
      }
      return facts
    },
  }
}

async function sumsOf(database: Documents): Promise<ReadonlyMap<string, Sums>> {
  const sums = new Map<string, Sums>()
  const at = (sku: string, locationId: string): Sums => {
    const place = placeOf(sku, locationId)
    const known = sums.get(place) ?? { sku, movedOnHand: 0, movedReserved: 0, bound: 0, isMoved: false }
    sums.set(place, known)
    return known
  }
  for await (const { sku, locationId, deltaOnHand, deltaReserved } of pagesOf(database, movements, {})) {
    const sum = at(sku, locationId)
    sum.movedOnHand += deltaOnHand
    sum.movedReserved += deltaReserved
    sum.isMoved = true
  }
  for await (const { status, lines } of pagesOf(database, reservations, {}))
    if (status === 'held' || status === 'committed') for (const { sku, qty } of lines) at(sku, MAIN_LOCATION).bound += qty
  return sums
}

async function mismatchesOf(database: Documents, sums: ReadonlyMap<string, Sums>): Promise<StockMismatch[]> {
  const wrong: StockMismatch[] = []
  for await (const { sku, locationId, onHand, reserved } of pagesOf(database, stockItems, {})) {
    const { movedOnHand = 0, movedReserved = 0, bound = 0 } = sums.get(placeOf(sku, locationId)) ?? {}
    const isExplained = onHand === movedOnHand && reserved === movedReserved && reserved === bound
    if (isExplained && onHand >= 0 && reserved >= 0 && reserved <= onHand) continue
    wrong.push({ sku, locationId, onHand, reserved, movedOnHand, movedReserved, bound })
    if (wrong.length === AUDIT_ROWS_MAX) break
  }
  return wrong
}

function placeOf(sku: string, locationId: string): string {
  return `${locationId} ${sku}`
}
