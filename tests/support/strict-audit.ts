/** Environment of an audit when nothing may be under way: every order must have ended, and everything is compared. */
export const STRICT_AUDIT = { BANYAN_AUDIT_QUIET_MS: '0', BANYAN_AUDIT_ENDED_WITHIN_MS: '0' } as const
