import { millisecondSetting } from 'banyan/kernel'

/** How long units stay held for an order that is not confirmed: well above the deadline of the order's flow. */
const HOLD_TTL_MS = 15 * 60_000
/** Holds are looked through a few times per lifetime, and at most this often. */
const SWEEP_MS_MAX = 30_000
const SWEEP_MS_MIN = 200

/** What an installation may set. */
export interface InventorySettings {
  readonly holdTtlMs: number
  /** How often holds that ran out are looked for. */
  readonly sweepMs: number
}

/** Reads the settings; `BANYAN_HOLD_TTL_MS` changes how long units stay held. Throws `misuse` for a wrong value. */
export function inventorySettings(environment: Readonly<Record<string, string | undefined>>): InventorySettings {
  const holdTtlMs = millisecondSetting(environment, 'BANYAN_HOLD_TTL_MS', { byDefault: HOLD_TTL_MS, min: 1_000 })
  return { holdTtlMs, sweepMs: Math.min(SWEEP_MS_MAX, Math.max(SWEEP_MS_MIN, Math.floor(holdTtlMs / 10))) }
}
