import { removeAged } from 'banyan'

/** How long what was written about a cancellation is kept: as long as somebody may ask about it. In milliseconds. */
const NOTES_KEPT_MS = 90 * 86_400_000

/** Removes notes whose time is over. */
export const oldNotes = removeAged({ name: 'order-notes', table: 'order_note', key: 'order_id', time: 'noted_at', keptMs: NOTES_KEPT_MS })
