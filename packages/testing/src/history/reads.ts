import { type HistoryCheck, type HistoryEntry, isBefore, type Violation } from './history.ts'

/** What an answer showed of an entity. */
export interface Sight<State> {
  readonly entity: string
  readonly state: State
}

/** How to tell what a client saw, and what it may see next. */
export interface MonotonicReadsOptions<State> {
  /** What the entry's answer shows: of a query, and of a command that returns what it wrote. Undefined for entries of no concern. */
  readonly sight: (entry: HistoryEntry) => Sight<State> | undefined
  /** Whether somebody who saw `before` may see `after` later; see {@link byVersion} and {@link byTransitions}. */
  readonly mayFollow: (before: State, after: State) => boolean
  /** Who must not see time go back. Default: each process for itself; a constant asks for it across all clients. */
  readonly session?: (entry: HistoryEntry) => string
}

/**
 * Checks that no session saw an entity go back in time.
 * **Gotchas**: compares the sights of one entity in one session pairwise, so keep these to some thousands.
 */
export function monotonicReads<State>(options: MonotonicReadsOptions<State>): HistoryCheck {
  const { session = (entry: HistoryEntry) => entry.process, mayFollow } = options
  return ({ entries }) => {
    const seen = sights(entries, options.sight)
    const groups = Map.groupBy(seen, ({ entry, sight }) => JSON.stringify([session(entry), sight.entity]))
    return [...groups.values()].flatMap((group) =>
      group.flatMap((later) => {
        const earlier = group.find((each) => isBefore(each.entry, later.entry) && !mayFollow(each.sight.state, later.sight.state))
        return earlier ? [wentBack('monotonic-reads', earlier, later)] : []
      }),
    )
  }
}

/** How to tell a client's writes and the reads that must show them. */
export interface ReadsOwnWritesOptions<State> {
  /** What an acknowledged command wrote. */
  readonly write: (entry: HistoryEntry) => Sight<State> | undefined
  /**
   * What a read showed that asked for the session's own writes (by token, or by waiting); undefined for all others.
   * A read that found nothing must return a state that may not follow the write.
   */
  readonly read: (entry: HistoryEntry) => Sight<State> | undefined
  readonly mayFollow: (written: State, read: State) => boolean
}

/** Checks that a read which asked for its session's own acknowledged writes shows them. */
export function readsOwnWrites<State>({ write, read, mayFollow }: ReadsOwnWritesOptions<State>): HistoryCheck {
  return ({ entries }) => {
    const id = ({ entry, sight }: Seen<State>): string => JSON.stringify([entry.process, sight.entity])
    const writes = Map.groupBy(sights(entries, write), id)
    return sights(entries, read).flatMap((later) => {
      const own = writes.get(id(later)) ?? []
      const missed = own.find((each) => isBefore(each.entry, later.entry) && !mayFollow(each.sight.state, later.sight.state))
      return missed ? [wentBack('reads-own-writes', missed, later)] : []
    })
  }
}

/** A later sight has at least the version of an earlier one. */
export function byVersion(before: number, after: number): boolean {
  return after >= before
}

/** A later sight is the same state or one that can be reached from it. A state that the table does not name follows nothing. */
export function byTransitions(next: Readonly<Record<string, readonly string[]>>): (before: string, after: string) => boolean {
  return (before, after) => {
    const reached = new Set([before])
    for (const state of reached) for (const each of next[state] ?? []) reached.add(each)
    return reached.has(after)
  }
}

interface Seen<State> {
  readonly entry: HistoryEntry
  readonly sight: Sight<State>
}

function sights<State>(entries: readonly HistoryEntry[], look: (entry: HistoryEntry) => Sight<State> | undefined): Seen<State>[] {
  return entries.flatMap((entry) => {
    const sight = look(entry)
    return sight ? [{ entry, sight }] : []
  })
}

function wentBack<State>(rule: string, earlier: Seen<State>, later: Seen<State>): Violation {
  const [before, after] = [earlier, later].map(({ sight }) => JSON.stringify(sight.state))
  const message = `${later.entry.process} saw ${later.sight.entity} as ${after} after ${before}`
  return { rule, message, entries: [earlier.entry, later.entry], observations: [] }
}
