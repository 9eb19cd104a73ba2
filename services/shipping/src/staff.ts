/** Roles that may see all shipments. */
export const STAFF = ['support', 'warehouse', 'admin'] as const
