import type { Principal } from 'banyan'

/** Roles that may see all orders. */
export const STAFF = ['support', 'warehouse', 'finance', 'admin'] as const

/** Tells whether somebody may see all orders. */
export function isStaff({ kind, roles }: Principal): boolean {
  return kind === 'service' || roles.some((role) => STAFF.some((staff) => staff === role))
}
