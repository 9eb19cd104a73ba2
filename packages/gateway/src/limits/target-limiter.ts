import { createHmac } from 'node:crypto'
import { domainOf, localOf, type Runtime } from 'banyan/kernel'
import type { RateDecision } from './gcra.ts'
import { createLimiter, type Limiter, type TargetLimit } from './rate-limits.ts'

/** The limit of what requests are about, and its memory. */
export interface TargetLimiter extends Pick<Limiter, 'name' | 'policy'> {
  /** Input field that names the target. */
  readonly field: string
  /** Counts a request from `address` about `target`, in whatever spelling. */
  take(target: string, address: string): RateDecision
}

/**
 * Longest target that is looked at, in units of UTF-16; the rest of a longer one does not make it another. An address of 254 characters may be
 * sent in pieces, each letter with its marks.
 */
const TARGET_LENGTH_MAX = 2_048
/** Bytes of the key with which targets are hashed. */
const HASH_KEY_BYTES = 32

/**
 * Creates the limit. An address first uses what it has for itself, then what all have together. Targets are kept as keyed hashes:
 * a dump of the memory must not be a list of who signed in.
 */
export function createTargetLimiter(name: string, limit: TargetLimit, { clock, ids }: Pick<Runtime, 'clock' | 'ids'>): TargetLimiter {
  const own = createLimiter(name, limit.own, clock)
  const together = createLimiter(name, limit.limit, clock)
  const canonical = limit.canonical ?? canonicalTarget
  const hashKey = ids.hex(HASH_KEY_BYTES)
  const hash = (text: string): string => createHmac('sha256', hashKey).update(text).digest('base64')
  return {
    name,
    policy: together.policy,
    field: limit.field,
    take(target, address) {
      const hashed = hash(canonical(target.slice(0, TARGET_LENGTH_MAX)))
      const decision = own.take(`${hashed} ${address}`)
      return decision.allowed ? decision : together.take(hashed)
    },
  }
}

/** Characters that nobody sees: a target must not be another for each of them. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cc}\s]/gu

/**
 * Returns one form for all spellings of a target; mailboxes have the one by which accounts are told apart. It is meant to be too coarse rather
 * than too fine: two mailboxes that share a limit lose little, one that has two of them is guessed twice as fast.
 */
export function canonicalTarget(text: string): string {
  const plain = text.normalize('NFKC').replace(INVISIBLE, '')
  const at = plain.lastIndexOf('@')
  const domain = at < 0 ? '' : domainOf(plain.slice(at + 1))
  return domain === '' ? localOf(plain) : `${localOf(plain.slice(0, at))}@${domain}`
}
