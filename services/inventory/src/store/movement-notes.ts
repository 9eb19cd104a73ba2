import type { RemovalRule } from 'banyan'
import type { InventoryRepository } from './repository.ts'

/** How long notes are kept: a year's stocktaking can still be explained. In milliseconds. */
const NOTES_KEPT_MS = 400 * 86_400_000

/** Removes notes whose time is over. */
export const oldMovementNotes: RemovalRule<InventoryRepository> = {
  name: 'movement-notes',
  remove: ({ movements }, now, limit) => movements.removeNotes(now - NOTES_KEPT_MS, limit),
}
