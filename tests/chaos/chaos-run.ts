import { randomUUID } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { type CampaignOrder, campaignName, runCampaign } from './campaign-run.ts'
import type { CampaignReport, StoreName } from './chaos-report.ts'
import { cutConnections, type Database, runSql } from './database.ts'
import { holdLocks } from './locks.ts'
import type { Flow } from './points.ts'
import type { Scenario, ScenarioKind } from './scenario.ts'
import { whyNoSmallDisk } from '../support/small-disk.ts'

/** What a run is asked to do. */
export interface ChaosPlan {
  readonly stores: readonly StoreName[]
  readonly flows: readonly Flow[]
  readonly kills: number
  readonly seed: number
  readonly only: readonly (Scenario | ScenarioKind)[]
  /** Whether there are campaigns on a small disk. `auto`: in runs of at least {@link DISK_FROM_KILLS} kills. */
  readonly disk: 'auto' | 'only' | 'none'
  /** A server to use instead of private ones; its user must be allowed to create databases. */
  readonly postgresUrl: string | undefined
  /** Processes of the shop that serve at a time. */
  readonly instances: 1 | 2
  /** Campaigns that run at once. */
  readonly atOnce: number
  readonly timeUp: AbortSignal
  readonly stop: AbortSignal
  readonly progress: (line: string) => void
}

/** Below, a disk of its own would take more time than the rest. */
const DISK_FROM_KILLS = 100
/** One kill of so many falls on each store's small disk. */
const DISK_KILL_SHARE = 25
/** Campaigns that run at once unless somebody says otherwise: a shop under load and its customers keep about a core busy. */
export const CAMPAIGNS_AT_ONCE = Math.max(1, Math.min(2, availableParallelism()))

/** Runs all campaigns, `atOnce` at a time. Rejects when one could not be run at all. */
export async function runChaos(plan: ChaosPlan): Promise<{ campaigns: CampaignReport[]; leftOut: string[] }> {
  const leftOut: string[] = []
  const orders = campaignOrders(plan, leftOut)
  const reports = new Map<CampaignOrder, CampaignReport>()
  const waiting = orders.values()
  const worker = async (): Promise<void> => {
    for (const order of waiting) {
      if (plan.stop.aborted || plan.timeUp.aborted) continue
      plan.progress(`${campaignName(order)}: begins, ${order.kills} kills`)
      reports.set(order, await runCampaign(order))
    }
  }
  await Promise.all(Array.from({ length: plan.atOnce }, worker))
  return { campaigns: orders.flatMap((order) => reports.get(order) ?? []), leftOut }
}

function campaignOrders(plan: ChaosPlan, leftOut: string[]): CampaignOrder[] {
  const { stores, flows, kills, postgresUrl, disk, ...rest } = plan
  const diskStores = smallDiskStores(plan, leftOut)
  const diskKills = disk === 'only' ? Math.ceil(kills / Math.max(1, diskStores.length)) : Math.ceil(kills / DISK_KILL_SHARE)
  const places = disk === 'only' ? [] : flows.flatMap((flow) => stores.map((store) => ({ store, flow })))
  const killsEach = Math.ceil((kills - (disk === 'only' ? 0 : diskKills * diskStores.length)) / Math.max(1, places.length))
  const givenDatabase = postgresUrl === undefined ? undefined : () => databaseOn(postgresUrl)
  if (postgresUrl !== undefined && stores.includes('postgres'))
    leftOut.push('restarts of PostgreSQL, because POSTGRES_URL names a server that is not ours')
  return [
    ...places.map((place) => ({ ...rest, ...place, smallDisk: false, kills: killsEach, givenDatabase })),
    ...diskStores.map(({ store, flow }) => ({ ...rest, store, flow, smallDisk: true, kills: diskKills, givenDatabase: undefined })),
  ]
}

/** Each store once, the flows in turns. */
function smallDiskStores({ disk, kills, stores, flows, only }: ChaosPlan, leftOut: string[]): { store: StoreName; flow: Flow }[] {
  const wanted = disk === 'only' || (disk === 'auto' && kills >= DISK_FROM_KILLS && only.length === 0)
  const why = wanted ? whyNoSmallDisk() : undefined
  if (disk === 'only' && why !== undefined) throw new Error(`a disk cannot be filled up here: ${why}`)
  if (why !== undefined) leftOut.push(`full disks, because ${why}`)
  return wanted && why === undefined ? stores.map((store, index) => ({ store, flow: flows[index % flows.length] as Flow })) : []
}

/** A database of its own on a server that is given, so that its connections can be cut without touching others. */
async function databaseOn(url: string): Promise<Database & AsyncDisposable> {
  const name = `banyan_chaos_${randomUUID().slice(0, 8)}`
  await runSql(url, `CREATE DATABASE ${name}`)
  const own = new URL(url)
  own.pathname = `/${name}`
  return {
    url: own.href,
    schemaPrefix: '',
    troubles: { connections: () => cutConnections(own.href), lock: () => holdLocks(own.href) },
    [Symbol.asyncDispose]: () => runSql(url, `DROP DATABASE ${name} WITH (FORCE)`),
  }
}
