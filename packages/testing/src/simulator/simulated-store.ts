import { BanyanError } from 'banyan/kernel'
import type { Feed, FeedReadOptions, Store, StoreFeatures, StoreReader, StoredEvent } from 'banyan/store'
import { durationMs, pass, type Weather } from './weather.ts'

/** How long a commit takes to reach the disk: from an idle disk in memory to one that is shared. */
const COMMIT_MS = [0.1, 5] as const
/** A disk that stalls. */
const COMMIT_LATE_MS = [50, 3_000] as const
/** How long a disk stays full: longer than all attempts of a step that may be given up. */
const FULL_MS = [1_000, 60_000] as const
/** How long a question to the store takes. */
const READ_MS = [0.01, 2] as const
const READ_LATE_MS = [20, 2_000] as const
const HINT_MS = [0.01, 50] as const
/** Most events that are shown again. */
const REPEATED_MAX = 8

/** Names of a store's events and decisions, written once. */
function names(service: string) {
  return {
    read: `${service}.read`,
    commit: `${service}.commit`,
    room: `${service}.room`,
    events: `${service}.events`,
    hint: `${service}.hint`,
  }
}

/**
 * Returns how the commits of a service's store reach the disk: some time after the last body, or not at all. A full disk takes none until there
 * is room again.
 * `begun` is told when a batch is on its way and when it is decided: a crash in between may keep it or lose it, both are legal.
 */
export function simulatedSync(service: string, weather: Weather, begun: (isUnderWay: boolean) => void) {
  const { commit: label, room } = names(service)
  let isFull = false
  function fill(): void {
    isFull = true
    weather.after(durationMs(weather, room, ...FULL_MS), room, () => (isFull = false))
  }
  function failure(): BanyanError | undefined {
    if (!isFull && weather.strikes('disk-full', service)) fill()
    if (isFull) return new BanyanError('storage_full', `the disk of ${service} is full; nothing was changed; free some space and try again`)
    if (weather.strikes('commit-failed', service))
      return new BanyanError('unavailable', 'the disk did not take the batch; nothing was changed')
    return undefined
  }
  return (commit: (failure?: unknown) => void): void => {
    begun(true)
    const failed = failure()
    const [low, high] = weather.strikes('commit-late', service) ? COMMIT_LATE_MS : COMMIT_MS
    weather.after(durationMs(weather, label, low, high), label, () => {
      begun(false)
      commit(failed)
    })
  }
}

/**
 * A store whose answers take time. Its transactions wait for their commit in {@link simulatedSync}.
 * What its reads and its feed may do wrong is what the port allows: answers are late, hints get lost, events are shown again or only in part.
 */
export function simulatedStore<D>(service: string, inner: Store<D>, weather: Weather): Store<D> {
  const { read: label } = names(service)
  const features: StoreFeatures = { ...inner.features, adapter: 'simulated' }
  return {
    features,
    feed: simulatedFeed(service, inner.feed, weather),
    transaction: (body, options) => inner.transaction(body, options),
    read,
    readApart: read,
    ping: () => inner.ping(),
    close: () => inner.close(),
  }

  async function read<T>(body: (tx: StoreReader<D>) => Promise<T>): Promise<T> {
    const [low, high] = weather.strikes('answer-late', service) ? READ_LATE_MS : READ_MS
    const delayMs = durationMs(weather, label, low, high)
    // What is read is either as it was when it was asked for or as it is when the answer comes.
    if (weather.choose('read-moment', service) < 0.5) {
      await pass(weather, delayMs, label)
      return inner.read(body)
    }
    const value = await inner.read(body)
    await pass(weather, delayMs, label)
    return value
  }
}

function simulatedFeed(service: string, inner: Feed, weather: Weather): Feed {
  const { events: label, hint } = names(service)
  async function read(after: number, limit: number, options: FeedReadOptions = {}): Promise<StoredEvent[]> {
    const [low, high] = weather.strikes('events-late', service) ? READ_LATE_MS : READ_MS
    await pass(weather, durationMs(weather, label, low, high), label)
    if (weather.strikes('events-failed', service)) throw new BanyanError('unavailable', `the log of ${service} does not answer; try again`)
    const isRepeated = after > 0 && weather.strikes('events-repeated', service)
    const from = isRepeated ? Math.max(0, after - 1 - Math.floor(weather.choose('events-repeated', service) * REPEATED_MAX)) : after
    const events = await inner.read(from, limit, isRepeated ? { ...options, afterId: undefined } : options)
    if (events.length < 2 || !weather.strikes('events-cut', service)) return events
    // One event is missing in the middle, as when an answer was put together while it was not there yet.
    const gap = 1 + Math.floor(weather.choose('events-cut', service) * (events.length - 1))
    return events.filter((_, index) => index !== gap)
  }
  return {
    read,
    head: () => inner.head(),
    positionOf: (token) => inner.positionOf(token),
    subscribe(listener) {
      let isHeard = true
      const unsubscribe = inner.subscribe(() => {
        if (weather.strikes('hint-lost', service)) return
        weather.after(durationMs(weather, hint, ...HINT_MS), hint, () => {
          if (isHeard) heard(listener)
        })
      })
      return () => {
        isHeard = false
        unsubscribe()
      }
    },
  }
}

/** A hint is only a hint: a listener that fails harms nobody. */
function heard(listener: () => void): void {
  try {
    listener()
  } catch {
    // its own reader polls all the same
  }
}
