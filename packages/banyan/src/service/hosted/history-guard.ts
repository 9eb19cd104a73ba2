import { BanyanError } from '../../kernel/error.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { Store } from '../../store/store.ts'

/**
 * Keeps a service whose data turned out to be an older copy from taking work: what it wrote would take the places of events that others have
 * read. It lasts until the process ends; the next start looks again, by what the readers keep.
 */
export interface HistoryGuard {
  /** Why the service takes no work; undefined while its data are what others know. */
  readonly refusal: BanyanError | undefined
  /** Refuses all work from now on. The first reason stays. */
  refuse(reason: BanyanError): void
  /** Throws `unavailable` once work is refused. */
  assertCurrent(): void
}

/** Builds the guard of one service. */
export function createHistoryGuard(service: string, log: Logger): HistoryGuard {
  let refusal: BanyanError | undefined
  return {
    get refusal() {
      return refusal
    },
    refuse(reason) {
      if (refusal) return
      refusal = reason
      log.error('the service takes no work: its data are an older copy', { service, error: reason })
    },
    assertCurrent() {
      if (!refusal) return
      const what = `service ${service} takes no work: its data are an older copy of what others have read`
      throw new BanyanError('unavailable', `${what}; nothing was changed. The readiness check "${service}:history" says what to do`)
    },
  }
}

/** Puts a guard before a store: nothing is written once work is refused; what is there can be read. */
export function guardedStore(store: Store, guard: HistoryGuard): Store {
  return {
    features: store.features,
    feed: store.feed,
    async transaction(body, options) {
      guard.assertCurrent()
      return store.transaction(body, options)
    },
    read: (body) => store.read(body),
    readApart: (body, options) => store.readApart(body, options),
    ping: () => store.ping(),
    hindrance: () => store.hindrance?.(),
    ...(store.eventsWaitMs ? { eventsWaitMs: () => store.eventsWaitMs?.() ?? 0 } : {}),
    close: () => store.close(),
  }
}
