import { auditSettings } from '@shop/auditor/settings'
import { inventorySettings } from '@shop/inventory/settings'
import { endedWithinMs, orderSettings } from '@shop/orders/settings'
import { BanyanError } from 'banyan'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Throws `failed_precondition` for settings of several services that do not fit each other: it says both values, and what to change. What a single
 * part can see is refused by that part.
 */
export function checkSettings(environment: Environment): void {
  const { deadlineMs, ...orders } = orderSettings(environment)
  const neededMs = endedWithinMs({ ...orders, deadlineMs })
  checkHolds(inventorySettings(environment).holdTtlMs, { deadlineMs, neededMs })
  checkAudit(auditSettings(environment).endedWithinMs, { deadlineMs, neededMs })
}

/** How long an order may be under way. */
interface OrderTimes {
  readonly deadlineMs: number
  /** With the time that its end may take after the deadline. */
  readonly neededMs: number
}

/** Goods of an order whose hold has ended are sold to somebody else, and after its commit point the order can neither have them nor be taken back. */
function checkHolds(holdTtlMs: number, { deadlineMs, neededMs }: OrderTimes): void {
  if (holdTtlMs >= neededMs) return
  throw unfit(
    `goods are held for ${holdTtlMs} ms (BANYAN_HOLD_TTL_MS), but an order may be pending for ${deadlineMs} ms (BANYAN_ORDER_DEADLINE_MS)`,
    `its goods would be sold before it ends; hold them for at least ${neededMs} ms, which leaves time to end it, or lower the deadline`,
  )
}

/** 0 stands for an audit while nothing is under way. */
function checkAudit(endedWithin: number, { deadlineMs, neededMs }: OrderTimes): void {
  if (endedWithin === 0 || endedWithin >= neededMs) return
  throw unfit(
    `an audit takes an order as lost after ${endedWithin} ms (BANYAN_AUDIT_ENDED_WITHIN_MS), but one may be pending for ${deadlineMs} ms (BANYAN_ORDER_DEADLINE_MS)`,
    `it would report orders that are under way; give the audit at least ${neededMs} ms, or lower the deadline`,
  )
}

function unfit(what: string, advice: string): BanyanError {
  return new BanyanError('failed_precondition', `${what}: ${advice}`)
}
