import { removeAged, type Sql } from 'banyan'
import { MAIN_LOCATION } from './migrations.ts'
import { placeholders } from './rows.ts'

/** Why units moved. */
export interface Movement {
  readonly id: string
  readonly kind: 'receipt' | 'adjust' | 'reserve' | 'release' | 'expire'
  readonly sku: string
  readonly deltaOnHand: number
  readonly deltaReserved: number
  readonly refType: 'order' | 'product' | 'adjustment'
  readonly refId: string
  readonly reason: string
  readonly actor: string
  readonly at: number
}

/** The journal of stock. Append only; the same cause twice is an error. */
export interface MovementTable {
  append(movements: readonly Movement[]): void
  /** Keeps what somebody wrote about a movement, apart from the journal. */
  note(movementId: string, note: string, at: number): void
}

/** How long notes are kept: a year's stocktaking can still be explained. In milliseconds. */
const NOTES_KEPT_MS = 400 * 86_400_000

/** Removes notes whose time is over. */
export const oldMovementNotes = removeAged({
  name: 'movement-notes',
  table: 'movement_note',
  key: 'movement_id',
  time: 'noted_at',
  keptMs: NOTES_KEPT_MS,
})

/** Opens the journal within a transaction. */
export function movementTable(sql: Sql): MovementTable {
  return {
    note(movementId, note, at) {
      sql.write('INSERT INTO movement_note (movement_id, note, noted_at) VALUES (?, ?, ?)', movementId, note, at)
    },
    append(movements) {
      if (movements.length === 0) return
      sql.write(
        `INSERT INTO stock_movement (ref_id, ref_type, kind, sku, location_id, id, delta_on_hand, delta_reserved, reason, actor, at)
         VALUES ${placeholders(movements.length, 11)}`,
        ...movements.flatMap((m) => [
          m.refId,
          m.refType,
          m.kind,
          m.sku,
          MAIN_LOCATION,
          m.id,
          m.deltaOnHand,
          m.deltaReserved,
          m.reason,
          m.actor,
          m.at,
        ]),
      )
    },
  }
}
