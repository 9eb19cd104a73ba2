import { BudgetShare, type ByteBudget, textBytes } from '../../kernel/byte-budget.ts'
import { BanyanError } from '../../kernel/error.ts'
import { INLINE_ANSWER_BYTES_MAX } from '../../store/records/bounds.ts'
import type { FoundIdempotencyRecord } from '../../store/records/idempotency-records.ts'

/** When who found no room should try again: answers leave within milliseconds, unless they are waited with. */
const RETRY_AFTER_MS = 1_000

/**
 * Counts a kept answer as held, before it is read if it is large; end the share when the answer has left. Throws `overloaded` when there is
 * no room for a large one: what was done stands, and the same key finds it later. One that came with its record is always let through: it is
 * no larger than the request that asks for it may be, and large ones must not keep others' small ones waiting.
 */
export function holdAnswer(budget: ByteBudget, { replyBytes }: Pick<FoundIdempotencyRecord, 'replyBytes'>): BudgetShare {
  const bytes = textBytes(replyBytes)
  if (replyBytes > INLINE_ANSWER_BYTES_MAX && bytes > budget.left) {
    const message = `answers of ${budget.used} bytes are being repeated, and this one of ${bytes} finds no room; try again with the same key`
    throw new BanyanError('overloaded', message, { retry: 'safe', retryAfterMs: RETRY_AFTER_MS })
  }
  const held = new BudgetShare(budget)
  held.take(bytes)
  return held
}
