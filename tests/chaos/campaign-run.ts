import { mkdirSync, mkdtempSync, rmSync, writeFileSync, chmodSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { seededRandom } from 'banyan/kernel'
import { type Campaign, type CampaignBalance, createCampaign } from './campaign.ts'
import type { CampaignReport, ChaosViolation, StoreName } from './chaos-report.ts'
import type { Database, DatabaseTrouble } from './database.ts'
import type { Flow } from './points.ts'
import { startPrivatePostgres } from './private-postgres.ts'
import { planScenarios } from './scenario-plan.ts'
import { type Scenario, type ScenarioKind, scenarioText } from './scenario.ts'
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.ts'

/** One campaign of a run. */
export interface CampaignOrder {
  readonly store: StoreName
  readonly flow: Flow
  /** On a small disk, which is filled up. */
  readonly smallDisk: boolean
  /** Processes of the shop that serve at a time. */
  readonly instances: 1 | 2
  /** Kills after which it ends. */
  readonly kills: number
  /** Seed of the whole run; each campaign makes its own of it. */
  readonly seed: number
  readonly only: readonly (Scenario | ScenarioKind)[]
  /** Makes the database of a campaign on a server that is given; undefined: a server of our own. */
  readonly givenDatabase: (() => Promise<Database & AsyncDisposable>) | undefined
  /** Aborted when time is up: the campaign ends with its last comparison. */
  readonly timeUp: AbortSignal
  /** Aborted when the person wants no more: everything ends at once. */
  readonly stop: AbortSignal
  readonly progress: (line: string) => void
}

/** Kills between two full comparisons of all books. */
const KILLS_PER_AUDIT = 25
/** Room for a shop of some thousand orders; a server of PostgreSQL needs some 100 MB for itself. */
const SMALL_DISK_BYTES = { sqlite: 96, postgres: 384 } as const
/** What a campaign does before the first strike. */
const PREPARATION = 'preparation'
const MEGABYTE = 1_048_576

/** Two instances run on a server that sorts texts as people do, one on a server that sorts them by their bytes. */
const OTHER_COLLATION = ['--locale=C.UTF-8', '--locale-provider=icu', '--icu-locale=de-DE']
/** Share of orders that may be rejected where the disk is full for half of the time. */
const GIVEN_UP_SHARE_MAX_FULL = 0.25
/** Kills between two lines that say how far it is. */
const KILLS_PER_LINE = 10

/** The name under which a campaign is shown. */
export function campaignName({
  store,
  flow,
  smallDisk,
  instances,
}: Pick<CampaignOrder, 'store' | 'flow' | 'smallDisk' | 'instances'>): string {
  return `${store} ${flow}${smallDisk ? ', small disk' : ''}${instances === 2 ? ', two instances' : ''}`
}

/** Runs one campaign to its end or its first violation. Rejects only when it could not be run at all. */
export async function runCampaign(order: CampaignOrder): Promise<CampaignReport> {
  const directory = mkdtempSync(path.join(tmpdir(), 'banyan-chaos-'))
  chmodSync(directory, 0o755) // the server of a private PostgreSQL is another user
  let violated = false
  const disk = order.smallDisk ? mountSmallDisk(path.join(directory, 'disk'), SMALL_DISK_BYTES[order.store] * MEGABYTE) : undefined
  try {
    const home = disk?.path ?? directory
    await using database = order.store === 'postgres' ? await openDatabase(order, path.join(home, 'postgres')) : undefined
    const report = await runOn(order, { directory, home, database, disk })
    violated = report.violations.length > 0
    return report
  } finally {
    if (!violated) disk?.[Symbol.dispose]()
    if (!violated) rmSync(directory, { recursive: true, force: true })
  }
}

function openDatabase(order: CampaignOrder, directory: string): Promise<Database & AsyncDisposable> {
  return order.givenDatabase && !order.smallDisk
    ? order.givenDatabase()
    : startPrivatePostgres(directory, order.instances === 2 ? { initdb: OTHER_COLLATION } : {})
}

interface Place {
  readonly directory: string
  readonly home: string
  readonly database: Database | undefined
  readonly disk: SmallDisk | undefined
}

async function runOn(order: CampaignOrder, { directory, home, database, disk }: Place): Promise<CampaignReport> {
  const started = performance.now()
  const seed = campaignSeed(order)
  const data = path.join(home, 'data')
  mkdirSync(data)
  await using campaign = createCampaign({
    flow: order.flow,
    instances: order.instances,
    directory: data,
    seed,
    ...(database ? { database } : {}),
    ...(disk ? { disk, givenUpShareMax: GIVEN_UP_SHARE_MAX_FULL } : {}),
  })
  const stopNow = (): void => void campaign[Symbol.asyncDispose]()
  order.stop.addEventListener('abort', stopNow)
  const course = newCourse()
  const violations: ChaosViolation[] = []
  try {
    await fight(order, campaign, course, { seed, database })
  } catch (error) {
    if (order.stop.aborted) throw error
    violations.push(violation(order, campaign, course, { error, data, directory }))
    order.progress(`${campaignName(order)}: VIOLATION at ${course.scenario}; the data is kept in ${data}`)
  } finally {
    order.stop.removeEventListener('abort', stopNow)
  }
  const { scenario: _, ...figures } = course
  return {
    name: campaignName(order),
    store: order.store,
    flow: order.flow,
    seed,
    seconds: (performance.now() - started) / 1_000,
    ...figures,
    ...campaign.figures,
    violations,
  }
}

/** What a campaign has come to. */
interface Course {
  /** The strike under way. */
  scenario: string
  readonly strikes: Partial<Record<ScenarioKind, number>>
  readonly points: Record<string, number>
  readonly missed: string[]
  balance: CampaignBalance
  audits: number
}

function newCourse(): Course {
  return { scenario: PREPARATION, strikes: {}, points: {}, missed: [], balance: { orders: 0, byStatus: {}, givenUp: 0 }, audits: 0 }
}

async function fight(
  order: CampaignOrder,
  campaign: Campaign,
  course: Course,
  { seed, database }: { seed: number; database: Database | undefined },
): Promise<void> {
  const points = await campaign.prepare()
  const only = order.only.length === 0 && order.smallDisk ? (['disk', 'load'] as const) : order.only
  const plan = planScenarios({ points, random: seededRandom(seed), possible: possibleKinds(database), only })
  let auditedAt = 0
  while (campaign.figures.kills < order.kills && !order.timeUp.aborted && !order.stop.aborted) {
    const scenario = plan.next().value
    course.scenario = scenarioText(scenario)
    const before = campaign.figures.kills
    note(course, scenario, await campaign.strike(scenario))
    const { kills } = campaign.figures
    if (Math.floor(kills / KILLS_PER_LINE) > Math.floor(before / KILLS_PER_LINE)) order.progress(`${campaignName(order)}: ${kills} kills`)
    if (kills - auditedAt < KILLS_PER_AUDIT || kills >= order.kills) continue
    auditedAt = kills
    await compare(order, campaign, course, 'open')
  }
  if (!order.stop.aborted) await compare(order, campaign, course, 'all')
}

function possibleKinds(database: Database | undefined): ScenarioKind[] {
  return ['pause', ...(Object.keys(database?.troubles ?? {}) as DatabaseTrouble[])]
}

function note(course: Course, scenario: Scenario, struck: boolean): void {
  const { kind } = scenario
  if (struck) course.strikes[kind] = (course.strikes[kind] ?? 0) + 1
  if (kind !== 'point') return
  if (struck) course.points[scenario.point] = (course.points[scenario.point] ?? 0) + 1
  else course.missed.push(scenario.point)
}

async function compare(order: CampaignOrder, campaign: Campaign, course: Course, which: 'open' | 'all'): Promise<void> {
  course.scenario = `comparison of all books after ${course.scenario}`
  course.balance = await campaign.settleAndAudit(which)
  course.audits++
  order.progress(`${campaignName(order)}: ${campaign.figures.kills} kills, ${course.balance.orders} orders, every one as it should be`)
}

function violation(
  order: CampaignOrder,
  campaign: Campaign,
  course: Course,
  { error, data, directory }: { error: unknown; data: string; directory: string },
): ChaosViolation {
  const { store, flow, seed, smallDisk } = order
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error)
  writeFileSync(path.join(directory, 'violation.txt'), `${course.scenario}\n\n${what}\n`)
  const command = `npm run chaos -- --store ${store} --flow ${flow} --seed ${seed} --disk ${smallDisk ? 'only' : 'none'}${order.instances === 2 ? ' --instances 2' : ''}`
  const alone = course.scenario === PREPARATION ? '' : ` --only ${course.scenario.split(' ').at(-1)}`
  return {
    scenario: course.scenario,
    what,
    data,
    repeat: `${command} --kills ${campaign.figures.kills + 1}`,
    repeatAlone: `${command} --kills 1${alone}`,
  }
}

/** Does not depend on which other campaigns run, so that one of them can be repeated alone. */
function campaignSeed({ seed, store, flow, smallDisk }: CampaignOrder): number {
  return seed * 8 + (store === 'postgres' ? 4 : 0) + (flow === 'choreography' ? 2 : 0) + (smallDisk ? 1 : 0)
}
