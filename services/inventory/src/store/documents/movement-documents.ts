import type { Documents } from 'banyan'
import { MAIN_LOCATION, type MovementRecords } from '../repository.ts'
import { movements, notes } from './collections.ts'

/** Opens the journal within a transaction. */
export function movementDocuments(database: Documents): MovementRecords {
  return {
    append(appended) {
      for (const movement of appended) void database.add(movements, { ...movement, locationId: MAIN_LOCATION })
    },
    note(movementId, note, at) {
      void database.add(notes, { movementId, note, notedAt: at })
    },
    async removeNotes(upTo, limit) {
      const old = await database.range(notes, { index: 'age', upTo: [upTo], limit })
      return database.remove(notes, ...old.map(notes.key))
    },
  }
}
