import type { BanyanError } from '../kernel/error.ts'
import type { Feed } from '../store/records/feed.ts'

/** The log of a service that cannot be reached: whoever reads it is told why, tries again later, and misses nothing. */
export function absentFeed(reason: () => BanyanError): Feed {
  const refuse = (): Promise<never> => Promise.reject(reason())
  return { read: refuse, head: refuse, positionOf: refuse, subscribe: () => () => {} }
}
