import type { Faults } from 'banyan/kernel'

/** Fault points that a test can arm. */
export interface FaultPlan extends Faults {
  /** Throws `error` the `time`-th time (from now, default the first) that `name` is reached. */
  failAt(name: string, error: Error, time?: number): void
  /** Calls `strike` instead of throwing. */
  strikeAt(name: string, strike: () => void, time?: number): void
  /** How often each point was reached. */
  reached(): ReadonlyMap<string, number>
}

/** Builds a plan with nothing armed. */
export function faultPlan(): FaultPlan {
  const counts = new Map<string, number>()
  const armed = new Map<string, { left: number; strike: () => void }>()
  function strikeAt(name: string, strike: () => void, time = 1): void {
    armed.set(name, { left: time, strike })
  }
  return {
    at(name) {
      counts.set(name, (counts.get(name) ?? 0) + 1)
      const plan = armed.get(name)
      if (!plan || --plan.left > 0) return
      armed.delete(name)
      plan.strike()
    },
    failAt: (name, error, time) =>
      strikeAt(
        name,
        () => {
          throw error
        },
        time,
      ),
    strikeAt,
    reached: () => counts,
  }
}
