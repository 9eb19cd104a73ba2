import { type HistoryCheck, type HistoryEntry, isRefused, type Observation } from './history.ts'

/** How to recognise in the system what a client asked for. */
export interface NothingFromNowhereOptions {
  /** The mark that a request leaves on what it causes, e.g. its key or its customer's reference. */
  readonly asked: (entry: HistoryEntry) => string | undefined
  /** The mark that an observation bears; undefined for observations of no concern. */
  readonly found: (observation: Observation) => string | undefined
  /** Whether an error says that nothing was done: then nothing may be found. Default: no error does. */
  readonly isRefusal?: (error: unknown) => boolean
}

/** Checks that everything found was asked for, by a request that had begun and was not refused. */
export function nothingFromNowhere({ asked, found, isRefusal = () => false }: NothingFromNowhereOptions): HistoryCheck {
  return ({ entries, observations }) => {
    const requests = Map.groupBy(entries, asked)
    return observations.flatMap((observation) => {
      const mark = found(observation)
      if (mark === undefined) return []
      const own = requests.get(mark) ?? []
      const at = observation.at ?? Infinity
      if (own.some((entry) => !isRefused(entry, isRefusal) && entry.invokedAt <= at)) return []
      const why = own.length === 0 ? 'nobody asked for it' : 'who asked for it was refused, or asked later'
      const message = `${observation.source} shows ${observation.entity} (${mark}), but ${why}`
      return [{ rule: 'nothing-from-nowhere', message, entries: own, observations: [observation] }]
    })
  }
}
