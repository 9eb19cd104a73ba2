import { BanyanError } from 'banyan'
import type { OrderFlow } from './contract.ts'

/** How long an order may stay pending: well above what all its steps take when participants answer slowly, and below the hold of its goods. */
const DEADLINE_MS = 120_000
const DEADLINE_MS_MIN = 1_000
/** How often overdue orders are looked for: a few times per deadline. */
const SWEEP_MS_MAX = 5_000
const SWEEP_MS_MIN = 200

/** What an installation may set. */
export interface OrderSettings {
  /** Flow of new orders; orders that stand keep theirs. */
  readonly flow: OrderFlow
  readonly deadlineMs: number
  readonly sweepMs: number
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads the settings: `BANYAN_ORDER_FLOW` is `orchestration` (default) or `choreography`, `BANYAN_ORDER_DEADLINE_MS` how long an order may
 * stay pending. Throws `misuse` for a wrong value.
 */
export function orderSettings(environment: Environment): OrderSettings {
  const deadlineMs = deadlineOf(environment['BANYAN_ORDER_DEADLINE_MS'])
  return {
    flow: flowOf(environment['BANYAN_ORDER_FLOW']),
    deadlineMs,
    sweepMs: Math.min(SWEEP_MS_MAX, Math.max(SWEEP_MS_MIN, Math.floor(deadlineMs / 10))),
  }
}

function flowOf(text: string | undefined): OrderFlow {
  if (text === undefined || text === '' || text === 'orchestration') return 'orchestration'
  if (text === 'choreography') return text
  throw new BanyanError('misuse', `BANYAN_ORDER_FLOW is "${text}"; use orchestration or choreography`)
}

function deadlineOf(text: string | undefined): number {
  if (text === undefined || text === '') return DEADLINE_MS
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < DEADLINE_MS_MIN)
    throw new BanyanError('misuse', `BANYAN_ORDER_DEADLINE_MS is "${text}"; give whole milliseconds, at least ${DEADLINE_MS_MIN}`)
  return value
}
