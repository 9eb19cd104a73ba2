/** What is done to the shop while customers order. */
export type Scenario =
  /** It kills itself at a named point, the `time`-th time that it comes there. */
  | { readonly kind: 'point'; readonly point: string; readonly time: number }
  /** It is killed once so many requests of a load were answered. */
  | { readonly kind: 'load'; readonly answers: number }
  /** It is killed, and once more so many milliseconds after it was started again. */
  | { readonly kind: 'recovery'; readonly afterMs: number }
  /** It stands still for longer than a lease. Where another process may take over, one does; then the first wakes up, too late. */
  | { readonly kind: 'pause'; readonly answers: number }
  /** The database server is restarted at once, without a clean stop. */
  | { readonly kind: 'database'; readonly answers: number }
  /** The database server cuts every connection. */
  | { readonly kind: 'connections'; readonly answers: number }
  /** The server refuses every connection for some seconds, and cuts those that are there. */
  | { readonly kind: 'refuse'; readonly answers: number }
  /** Nothing comes through the network for some seconds; nobody is told. */
  | { readonly kind: 'blackhole'; readonly answers: number }
  /** Somebody from outside holds locks on the shop's tables for some seconds. */
  | { readonly kind: 'lock'; readonly answers: number }
  /** So does a prepared transaction that was left behind. */
  | { readonly kind: 'prepared'; readonly answers: number }
  /** The disk fills up; while it is full, the process is killed. */
  | { readonly kind: 'disk'; readonly refusals: number }

export type ScenarioKind = Scenario['kind']

/** All kinds, in the order in which they are shown. */
export const SCENARIO_KINDS: readonly ScenarioKind[] = [
  'point',
  'load',
  'recovery',
  'pause',
  'database',
  'connections',
  'refuse',
  'blackhole',
  'lock',
  'prepared',
  'disk',
]

/** What stands behind the kind's name. */
const DETAIL = {
  load: 'answers',
  recovery: 'afterMs',
  pause: 'answers',
  database: 'answers',
  connections: 'answers',
  refuse: 'answers',
  blackhole: 'answers',
  lock: 'answers',
  prepared: 'answers',
  disk: 'refusals',
} as const

/** Writes a scenario so that {@link parseScenario} reads it, e.g. `point:store.orders.before-commit:3` or `load:17`. */
export function scenarioText(scenario: Scenario): string {
  if (scenario.kind === 'point') return `point:${scenario.point}:${scenario.time}`
  return `${scenario.kind}:${(scenario as unknown as Record<string, number>)[DETAIL[scenario.kind]]}`
}

/** Reads a scenario, or only its kind. Throws what may be given. */
export function parseScenario(text: string): Scenario | ScenarioKind {
  const [kind, ...details] = text.split(':')
  if (!isKind(kind))
    throw new Error(`"${text}" is no scenario; give one of ${SCENARIO_KINDS.join(', ')}, with details as a run prints them`)
  if (details.length === 0) return kind
  const number = Number(details.at(-1))
  if (!Number.isInteger(number) || number < 0 || details.length !== (kind === 'point' ? 2 : 1))
    throw new Error(`"${text}" is no scenario; write it as a run prints it, e.g. point:store.orders.before-commit:3 or load:17`)
  if (kind === 'point') return { kind, point: details[0] as string, time: number }
  return { kind, [DETAIL[kind]]: number } as unknown as Scenario
}

function isKind(text: string | undefined): text is ScenarioKind {
  return SCENARIO_KINDS.some((kind) => kind === text)
}
