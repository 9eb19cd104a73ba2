import type { Sql } from 'banyan'
import { MAIN_LOCATION, type MovementRecords } from '../repository.ts'
import { placeholders } from './rows.ts'

/** Opens the journal within a transaction. */
export function movementTable(sql: Sql): MovementRecords {
  return {
    note(movementId, note, at) {
      sql.write('INSERT INTO movement_note (movement_id, note, noted_at) VALUES (?, ?, ?)', movementId, note, at)
    },
    removeNotes: (upTo, limit) =>
      sql.run(
        `DELETE FROM movement_note WHERE movement_id IN (SELECT movement_id FROM movement_note WHERE noted_at <= ? ORDER BY noted_at LIMIT ?)`,
        upTo,
        limit,
      ),
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
