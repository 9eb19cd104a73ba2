import type { HistoryCheck, Observation } from './history.ts'

/**
 * Checks that nothing happened twice (P2, P16). `keyOf` names the effect that an observation is, e.g. the charge of an order;
 * undefined for observations of no concern.
 */
export function oneEffectPerKey(keyOf: (observation: Observation) => string | undefined): HistoryCheck {
  return ({ observations }) => {
    const effects = Map.groupBy(observations, keyOf)
    effects.delete(undefined)
    return [...effects]
      .filter(([, group]) => group.length > 1)
      .map(([key, group]) => ({
        rule: 'one-effect-per-key',
        message: `${key} happened ${group.length} times`,
        entries: [],
        observations: group,
      }))
  }
}
