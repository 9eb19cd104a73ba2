import { millisecondSetting } from 'banyan/kernel'

/** What an audit takes for granted about time. All in milliseconds. */
export interface AuditSettings {
  /** An order that changed more recently may be under way in other services; it is not compared. */
  readonly quietMs: number
  /** An order that is not settled this long after its last change is a violation. */
  readonly endedWithinMs: number
  /** A hold that binds stock this long after it ran out is a violation. */
  readonly holdGraceMs: number
}

/** Events of a settled order reach every service well within this. */
const QUIET_MS = 5_000
/** Above the deadline of an order and the time that its rollback may take. */
const ENDED_WITHIN_MS = 300_000
/** Twice as long as holds that ran out wait to be looked through. */
const HOLD_GRACE_MS = 60_000

/**
 * Reads the settings: `BANYAN_AUDIT_QUIET_MS` and `BANYAN_AUDIT_ENDED_WITHIN_MS`, 0 to allow nothing under way. Throws `misuse` for a wrong value.
 */
export function auditSettings(environment: Readonly<Record<string, string | undefined>>): AuditSettings {
  return {
    quietMs: millisecondSetting(environment, 'BANYAN_AUDIT_QUIET_MS', { byDefault: QUIET_MS, min: 0 }),
    endedWithinMs: millisecondSetting(environment, 'BANYAN_AUDIT_ENDED_WITHIN_MS', { byDefault: ENDED_WITHIN_MS, min: 0 }),
    holdGraceMs: HOLD_GRACE_MS,
  }
}
