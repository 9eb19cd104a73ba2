/**
 * Removal of what is no longer needed. Each call removes at most `limit` of the oldest and returns how many went; it never removes what
 * something may still need: open sagas, parked events and timers have no method here.
 */
export interface RetentionRecords {
  /** Removes sagas that ended before `before`, `completed` or `compensated`, each with its steps and signals; never an open or stuck one. */
  removeSagas(before: number, limit: number): Promise<number>
  /** Removes entries of the audit trail older than `before`. */
  removeAudit(before: number, limit: number): Promise<number>
  /**
   * Removes events from the beginning of the log, up to position `upTo` and only as long as they are older than `before`: what is left
   * stays dense. The newest event always stays, and no position is ever used again. See `Feed.read`.
   */
  removeEvents(upTo: number, before: number, limit: number): Promise<number>
}
