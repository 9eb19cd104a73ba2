/**
 * Named points at which a test may strike: crash the process, throw, or pause.
 * Library code calls `at` where a crash would be most interesting; outside tests it does nothing.
 */
export interface Faults {
  /** Reached the point `name`, e.g. `store.orders.before-commit`. May throw or never return. */
  at(name: string): void
}

/** Strikes nowhere. The only choice outside tests. */
export const noFaults: Faults = { at() {} }
