import { answerOf, type HistoryCheck, type HistoryEntry, type Observation } from './history.ts'

/** How to tell an acknowledged command and what became of it. */
export interface AcknowledgedSurviveOptions {
  /** The entity that an answered command wrote, e.g. the order's id; undefined for entries of no concern. */
  readonly written: (entry: HistoryEntry, answer: unknown) => string | undefined
  /** Whether the observation is the state of its entity (and not, say, an event). The last one given counts. Default: all are. */
  readonly isState?: (observation: Observation) => boolean
  /** Whether an entity may stay so. Default: any state will do. */
  readonly isFinal?: (observation: Observation) => boolean
}

/** Checks that what was answered exists in the end, in a final state (P3, P4, P7). Give it the states after the system came to rest. */
export function acknowledgedSurvive({ written, isState, isFinal }: AcknowledgedSurviveOptions): HistoryCheck {
  const rule = 'acknowledged-survive'
  const entityOf = (entry: HistoryEntry): string | undefined => {
    const answer = answerOf(entry)
    return answer && written(entry, answer.value)
  }
  return ({ entries, observations }) => {
    const states = new Map(observations.filter((each) => isState?.(each) ?? true).map((each) => [each.entity, each]))
    return [...Map.groupBy(entries, entityOf)].flatMap(([entity, proof]) => {
      if (entity === undefined) return []
      const state = states.get(entity)
      if (!state) return [{ rule, message: `${entity} was acknowledged and is lost`, entries: proof, observations: [] }]
      if (isFinal?.(state) ?? true) return []
      return [{ rule, message: `${entity} has not come to an end`, entries: proof, observations: [state] }]
    })
  }
}
