import { misuse } from 'banyan/kernel'
import { spread } from './spread.ts'

/** One thing that went wrong in a run. `id` is `<kind>@<site>#<n>`: the n-th time that this kind was possible at this site. */
export interface Fault {
  readonly id: string
  /** Virtual milliseconds since the run began. */
  readonly atMs: number
}

/** What decides a run. Two runs with equal options decide alike. */
export interface ScheduleOptions {
  readonly seed: number
  /** Only these faults strike, at whatever rate; so a run is repeated with some of its faults left out. */
  readonly only?: ReadonlySet<string>
  /** Chances of faults, by kind; a kind that has none gets {@link OTHER_RATE}. Throws `misuse` for a range that nothing can be drawn from. */
  readonly rates: Readonly<Record<string, RateRange>>
  /** Virtual milliseconds since the run began, for the record of faults. */
  readonly now: () => number
}

/**
 * A kind of fault is on in a run with the chance `share`; then it strikes with a chance between `low` and `high`, the same in the whole run.
 * `low` is above 0, for chances are spread by their order of magnitude; a kind with the share 0 never strikes.
 */
export interface RateRange {
  readonly share: number
  readonly low: number
  readonly high: number
}

/**
 * Decides everything in a run that could go one way or another: how long something takes, what is lost, where a process dies.
 *
 * Each decision is a function of the seed, its site, and how often that site was visited, and not of all decisions before it. So when a
 * fault is left out, most others stay where they were, and a failing run can be shrunk to the faults that matter.
 * In each run other kinds of faults are on, each with a rate of its own: faults that always come together hide each other.
 */
export class Schedule {
  readonly #options: ScheduleOptions
  readonly #seed: number
  readonly #sites = new Map<string, Site>()
  readonly #rates = new Map<string, number>()
  readonly #faults: Fault[] = []
  #isCalm = false
  #trace = 0

  constructor(options: ScheduleOptions) {
    for (const [kind, range] of Object.entries(options.rates)) checkRange(kind, range)
    this.#options = options
    this.#seed = mix(options.seed)
  }

  /** What struck so far. */
  get faults(): readonly Fault[] {
    return this.#faults
  }

  /** A hash of everything that was decided and noted so far: equal for equal runs. */
  get trace(): string {
    return (this.#trace >>> 0).toString(16).padStart(8, '0')
  }

  /** From now on nothing goes wrong any more. */
  calm(): void {
    this.#isCalm = true
  }

  /** Whether a fault of this kind strikes here and now. */
  strikes(kind: string, where: string): boolean {
    if (this.#isCalm) return false
    const site = this.#site(kind, where)
    const count = ++site.visits
    const { only } = this.#options
    if (only) {
      if (!only.has(`${site.name}#${count}`)) return false
    } else if (draw(this.#seed, site, count) >= this.#rate(kind)) return false
    this.#faults.push({ id: `${site.name}#${count}`, atMs: this.#options.now() })
    return true
  }

  /** A number in [0, 1) for this site, another one at each visit. Not a fault: any answer is a good one. */
  choose(kind: string, where: string): number {
    const site = this.#site(kind, where)
    return draw(this.#seed, site, ++site.visits)
  }

  /** Adds to the hash of the run. */
  note(text: string, number: number): void {
    this.#trace = Math.imul(this.#trace ^ hashText(text) ^ Math.imul(Math.round(number * 1_000), 0x85ebca6b), 0x01000193)
  }

  /** A seed for a source of randomness of its own, e.g. that of one process. */
  seedOf(name: string): number {
    return mix(this.#seed ^ hashText(name))
  }

  #site(kind: string, where: string): Site {
    const name = `${kind}@${where}`
    const known = this.#sites.get(name)
    if (known) return known
    const site = { name, hash: hashText(name), visits: 0 }
    this.#sites.set(name, site)
    return site
  }

  #rate(kind: string): number {
    const known = this.#rates.get(kind)
    if (known !== undefined) return known
    const range = this.#options.rates[kind] ?? OTHER_RATE
    const [on, height] = [unit(mix(this.#seed ^ hashText(`on ${kind}`))), unit(mix(this.#seed ^ hashText(`rate ${kind}`)))]
    const rate = on < range.share ? spread(range.low, range.high, height) : 0
    this.#rates.set(kind, rate)
    return rate
  }
}

function checkRange(kind: string, { share, low, high }: RateRange): void {
  if (share >= 0 && share <= 1 && low > 0 && low <= high && high <= 1) return
  misuse(
    `the rate of "${kind}" has the share ${share} and chances from ${low} to ${high}; give chances above 0, at most 1 and low before high, and the share 0 to switch it off`,
  )
}

/** A kind of fault that nobody has given a rate. */
const OTHER_RATE: RateRange = { share: 0.5, low: 0.01, high: 0.2 }

/** How often the simulator's own kinds of faults strike, per time that they could. */
export const FAULT_RATES: Readonly<Record<string, RateRange>> = {
  'call-refused': { share: 0.4, low: 0.005, high: 0.1 },
  'request-lost': { share: 0.4, low: 0.005, high: 0.1 },
  'request-strayed': { share: 0.5, low: 0.01, high: 0.2 },
  'reply-lost': { share: 0.5, low: 0.005, high: 0.1 },
  'request-repeated': { share: 0.5, low: 0.01, high: 0.2 },
  'request-late': { share: 0.5, low: 0.01, high: 0.2 },
  'commit-late': { share: 0.4, low: 0.005, high: 0.1 },
  'commit-failed': { share: 0.3, low: 0.002, high: 0.02 },
  'disk-full': { share: 0.3, low: 0.002, high: 0.05 },
  'answer-late': { share: 0.4, low: 0.005, high: 0.05 },
  'hint-lost': { share: 0.5, low: 0.05, high: 0.9 },
  'events-late': { share: 0.4, low: 0.01, high: 0.1 },
  'events-failed': { share: 0.4, low: 0.005, high: 0.1 },
  'events-repeated': { share: 0.5, low: 0.02, high: 0.3 },
  'events-cut': { share: 0.4, low: 0.02, high: 0.3 },
  'timer-late': { share: 0.4, low: 0.005, high: 0.05 },
}

interface Site {
  readonly name: string
  readonly hash: number
  visits: number
}

function draw(seed: number, site: Site, visit: number): number {
  return unit(mix(seed ^ mix(site.hash + Math.imul(visit, 0x9e3779b9))))
}

function unit(hash: number): number {
  return (hash >>> 0) / 4_294_967_296
}

/** Spreads the bits of a number over all 32 (murmur3's finaliser). */
function mix(value: number): number {
  let mixed = value | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

const hashes = new Map<string, number>()
/** Site names come from code, not from data; the bound only guards against one that does. */
const HASHES_MAX = 50_000

function hashText(text: string): number {
  const known = hashes.get(text)
  if (known !== undefined) return known
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  hash = mix(hash)
  if (hashes.size >= HASHES_MAX) hashes.clear()
  hashes.set(text, hash)
  return hash
}
