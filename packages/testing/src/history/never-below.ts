import type { HistoryCheck, HistoryEntry, Observation } from './history.ts'

/** Where amounts stand that have a lower bound, e.g. units in stock. */
export interface NeverBelowOptions {
  /** Amounts that an observation shows, by name. */
  readonly amounts: (observation: Observation) => Readonly<Record<string, number>> | undefined
  /** Amounts that an answer showed to a client. Default: none. */
  readonly seen?: (entry: HistoryEntry) => Readonly<Record<string, number>> | undefined
  /** Default 0. */
  readonly minimum?: number
}

/** Checks that no amount is ever below its bound, neither in the system nor in what clients were shown. */
export function neverBelow({ amounts, seen = () => undefined, minimum = 0 }: NeverBelowOptions): HistoryCheck {
  const below = (found: Readonly<Record<string, number>> | undefined): string[] =>
    Object.entries(found ?? {}).flatMap(([name, amount]) => (amount >= minimum ? [] : [`${name} is ${amount}`]))
  const rule = 'never-below'
  return ({ entries, observations }) => [
    ...observations.flatMap((observation) =>
      below(amounts(observation)).map((what) => {
        return { rule, message: `${observation.entity}: ${what}`, entries: [], observations: [observation] }
      }),
    ),
    ...entries.flatMap((entry) =>
      below(seen(entry)).map((what) => ({ rule, message: `${entry.process} saw that ${what}`, entries: [entry], observations: [] })),
    ),
  ]
}
