import type { Random } from 'banyan/kernel'
import type { Scenario, ScenarioKind } from './scenario.ts'

/** What a plan is made for. */
export interface PlanOptions {
  /** How often one batch of orders comes through each point. */
  readonly points: ReadonlyMap<string, number>
  readonly random: Random
  /** What can be done here. */
  readonly possible: readonly ScenarioKind[]
  /** Only these kinds, or exactly these scenarios, in turns; empty for the usual mixture. */
  readonly only: readonly (Scenario | ScenarioKind)[]
}

/** Out of ten strikes: named points, random kills, a kill while it recovers, and one of the rarer things. */
const MIXTURE = ['point', 'load', 'point', 'rare', 'point', 'point', 'recovery', 'point', 'load', 'point'] as const
const RARE: readonly ScenarioKind[] = ['pause', 'database', 'connections', 'refuse', 'blackhole', 'lock', 'prepared']
/** Requests answered before the shop is struck under load. */
const ANSWERS_MAX = 80
/** A start takes about half of it; the rest of the time it takes up what was left. */
const RECOVERY_MS_MAX = 1_500
const REFUSALS = 20

/** Deals scenarios without end; the same seed and points give the same ones. Each point gets its turn before any comes again. */
export function* planScenarios(options: PlanOptions): Generator<Scenario, never> {
  const dealPoint = deck([...options.points.keys()].toSorted(), options.random)
  const rare = deck(
    RARE.filter((kind) => options.possible.includes(kind)),
    options.random,
  )
  for (let turn = 0; ; turn++) {
    const asked = options.only.length > 0 ? options.only[turn % options.only.length]! : usual(turn, rare)
    yield typeof asked === 'string' ? dealt(asked, options, dealPoint) : asked
  }
}

function usual(turn: number, rare: () => ScenarioKind | undefined): ScenarioKind {
  const kind = MIXTURE[turn % MIXTURE.length]!
  return kind === 'rare' ? (rare() ?? 'load') : kind
}

function dealt(kind: ScenarioKind, { points, random }: PlanOptions, dealPoint: () => string | undefined): Scenario {
  const answers = 1 + Math.floor(random.next() * ANSWERS_MAX)
  switch (kind) {
    case 'point': {
      const point = dealPoint() ?? 'gateway.before-reply'
      return { kind, point, time: timeOf(points.get(point) ?? 1, random.next()) }
    }
    case 'recovery':
      return { kind, afterMs: Math.floor(random.next() * RECOVERY_MS_MAX) }
    case 'disk':
      return { kind, refusals: 1 + Math.floor(random.next() * REFUSALS) }
    case 'load':
    case 'pause':
    case 'database':
    case 'connections':
    case 'refuse':
    case 'blackhole':
    case 'lock':
    case 'prepared':
      return { kind, answers }
  }
}

/** Somewhere in the first half of what one batch reaches, so that it strikes among running orders. */
export function timeOf(count: number, chance: number): number {
  return 1 + Math.floor((chance * count) / 2)
}

/** Deals cards in a random order and shuffles again when all were dealt. */
function deck<T>(cards: readonly T[], random: Random): () => T | undefined {
  let left: T[] = []
  return () => {
    if (left.length === 0)
      left = cards
        .map((card) => ({ card, order: random.next() }))
        .toSorted((a, b) => a.order - b.order)
        .map(({ card }) => card)
    return left.pop()
  }
}
