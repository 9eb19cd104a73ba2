/** Roles that may see all payments and the ledger. */
export const STAFF = ['finance', 'admin'] as const
