import type { Principal } from 'banyan'

/** Roles that may see all orders. */
export const STAFF = ['support', 'warehouse', 'finance', 'admin'] as const
/** Roles that may act for a customer: cancel an order, erase what is personal in it. */
export const CARE = ['support', 'admin'] as const

/** Tells whether somebody may see all orders. */
export function isStaff({ kind, roles }: Principal): boolean {
  return kind === 'service' || roles.some((role) => STAFF.some((staff) => staff === role))
}
