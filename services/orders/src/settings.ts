import { BanyanError } from 'banyan'
import { millisecondSetting } from 'banyan/kernel'
import type { OrderFlow } from './contract.ts'
import type { QuotaLimits } from './domain/customer-quota.ts'

/** How long an order may stay pending: well above what all its steps take when participants answer slowly, and below the hold of its goods. */
const DEADLINE_MS = 120_000
const DEADLINE_MS_MIN = 1_000
/** How much longer than its deadline an order may take to roll back, or to be cancelled, before somebody else ends it; at most its deadline. */
const GRACE_MS_MAX = 60_000
/** How often overdue orders are looked for: a few times per deadline. */
const SWEEP_MS_MAX = 5_000
const SWEEP_MS_MIN = 200

/** Orders of one customer that may be open at a time: a household never gets there, a script that wants to hold the whole stock does at once. */
const OPEN_ORDERS_MAX = 30
/** Units in them, once there is more than one. */
const OPEN_UNITS_MAX = 3_000
/** Orders that one customer may cancel within an hour before no more are taken: held goods that are given back cost others their order. */
const CANCELLATIONS_PER_HOUR_MAX = 30

/** What an installation may set. */
export interface OrderSettings {
  /** Flow of new orders; orders that stand keep theirs. */
  readonly flow: OrderFlow
  readonly deadlineMs: number
  readonly sweepMs: number
  /** Of each customer, staff included: whoever orders is a customer. */
  readonly quotas: QuotaLimits
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads the settings: `BANYAN_ORDER_FLOW` is `orchestration` (default) or `choreography`, `BANYAN_ORDER_DEADLINE_MS` how long an order may
 * stay pending. `BANYAN_CUSTOMER_OPEN_ORDERS_MAX`, `BANYAN_CUSTOMER_OPEN_UNITS_MAX` and `BANYAN_CUSTOMER_CANCELLATIONS_MAX` (in an hour) are the quotas of
 * one customer, each a whole number or `off`; `BANYAN_RATE_LIMITS=off` turns off those that are not given. Throws `misuse` for a wrong value.
 */
export function orderSettings(environment: Environment): OrderSettings {
  const deadlineMs = millisecondSetting(environment, 'BANYAN_ORDER_DEADLINE_MS', { byDefault: DEADLINE_MS, min: DEADLINE_MS_MIN })
  return {
    flow: flowOf(environment['BANYAN_ORDER_FLOW']),
    deadlineMs,
    quotas: quotasOf(environment),
    sweepMs: Math.min(SWEEP_MS_MAX, Math.max(SWEEP_MS_MIN, Math.floor(deadlineMs / 10))),
  }
}

/** Returns how long after it was placed an order has surely come to its end, or is taken up by somebody else. */
export function endedWithinMs({ deadlineMs }: Pick<OrderSettings, 'deadlineMs'>): number {
  return deadlineMs + Math.min(GRACE_MS_MAX, deadlineMs)
}

function quotasOf(environment: Environment): QuotaLimits {
  const limited = environment['BANYAN_RATE_LIMITS'] !== 'off'
  const quota = (name: string, standard: number): number => {
    const text = environment[name]
    if (text === undefined || text === '') return limited ? standard : Number.POSITIVE_INFINITY
    if (text === 'off') return Number.POSITIVE_INFINITY
    const value = Number(text)
    if (!Number.isSafeInteger(value) || value < 1)
      throw new BanyanError('misuse', `${name} is "${text}"; give a whole number from 1, or off`)
    return value
  }
  return {
    openOrders: quota('BANYAN_CUSTOMER_OPEN_ORDERS_MAX', OPEN_ORDERS_MAX),
    openUnits: quota('BANYAN_CUSTOMER_OPEN_UNITS_MAX', OPEN_UNITS_MAX),
    cancellationsPerHour: quota('BANYAN_CUSTOMER_CANCELLATIONS_MAX', CANCELLATIONS_PER_HOUR_MAX),
  }
}

function flowOf(text: string | undefined): OrderFlow {
  if (text === undefined || text === '' || text === 'orchestration') return 'orchestration'
  if (text === 'choreography') return text
  throw new BanyanError('misuse', `BANYAN_ORDER_FLOW is "${text}"; use orchestration or choreography`)
}
