import { percentile } from '../../bench/spread.ts'
import type { CampaignBalance } from './campaign.ts'
import type { Flow } from './points.ts'
import { SCENARIO_KINDS, type ScenarioKind } from './scenario.ts'

export type StoreName = 'sqlite' | 'postgres'

/** A broken promise, and how to see it again. */
export interface ChaosViolation {
  readonly scenario: string
  readonly what: string
  /** Directory with the shop's data as it was. */
  readonly data: string
  /** Repeats the campaign up to this strike. */
  readonly repeat: string
  /** Repeats the strike alone, on new data. */
  readonly repeatAlone: string
}

/** What one campaign did and saw. */
export interface CampaignReport {
  readonly name: string
  readonly store: StoreName
  readonly flow: Flow
  readonly seed: number
  readonly seconds: number
  readonly kills: number
  /** Strikes that were carried out, by kind. */
  readonly strikes: Readonly<Partial<Record<ScenarioKind, number>>>
  /** Times that each named point killed the shop. */
  readonly points: Readonly<Record<string, number>>
  /** Points that were waited for in vain. */
  readonly missed: readonly string[]
  readonly balance: CampaignBalance
  /** Full comparisons of all books, and audits, that came out clean. */
  readonly audits: number
  readonly recoverMs: readonly number[]
  readonly quietMs: readonly number[]
  readonly violations: readonly ChaosViolation[]
}

/** What a run did and saw, and where. */
export interface ChaosReport {
  readonly command: string
  readonly date: string
  readonly seed: number
  readonly machine: Readonly<Record<string, unknown>>
  readonly seconds: number
  /** False when it ended before it had killed as often as asked. */
  readonly complete: boolean
  readonly leftOut: readonly string[]
  readonly campaigns: readonly CampaignReport[]
}

/** Median and the value that 99 of 100 do not exceed, in milliseconds; undefined without values. */
export function medianAndTail(values: readonly number[]): { p50: number; p99: number } | undefined {
  if (values.length === 0) return undefined
  const sorted = values.toSorted((a, b) => a - b)
  return { p50: Math.round(percentile(sorted, 0.5)), p99: Math.round(percentile(sorted, 0.99)) }
}

/** Sums of all campaigns. */
export function totals({ campaigns }: ChaosReport) {
  const sum = (of: (campaign: CampaignReport) => number): number => campaigns.reduce((total, campaign) => total + of(campaign), 0)
  return {
    kills: sum(({ kills }) => kills),
    orders: sum(({ balance }) => balance.orders),
    violations: sum(({ violations }) => violations.length),
    pointsStruck: new Set(campaigns.flatMap(({ points }) => Object.keys(points))).size,
    recoverMs: medianAndTail(campaigns.flatMap(({ recoverMs }) => recoverMs)),
    quietMs: medianAndTail(campaigns.flatMap(({ quietMs }) => quietMs)),
  }
}

/** The report for people, also the record that is committed. */
export function reportMarkdown(report: ChaosReport): string {
  const { kills, orders, violations, recoverMs, quietMs, pointsStruck } = totals(report)
  const machine = Object.entries(report.machine).map(([name, value]) => `${name} ${String(value)}`)
  const rows = report.campaigns.map((campaign) => campaignRow(campaign))
  return `# Record of the kill matrix

Written by \`${report.command}\` on ${report.date}; ${machine.join(', ')}.
Seed ${report.seed}, ${Math.round(report.seconds)} s${report.complete ? '' : ', ended before all kills that were asked for'}.

**${kills} kills, ${orders} orders, ${violations} violations.** ${pointsStruck} different points struck.
Time to recover, from a kill to the next accepted order: p50 ${shown(recoverMs?.p50)}, p99 ${shown(recoverMs?.p99)}.
Until nothing was under way any more: p50 ${shown(quietMs?.p50)}, p99 ${shown(quietMs?.p99)}.

| campaign | kills | orders | confirmed | rejected | cancelled | given up | recover p50 | p99 | quiet p50 | p99 | audits | violations |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}

| strikes | ${report.campaigns.map(({ name }) => name).join(' | ')} |
|---|${report.campaigns.map(() => '---').join('|')}|
${SCENARIO_KINDS.map((kind) => `| ${kind} | ${report.campaigns.map(({ strikes }) => strikes[kind] ?? 0).join(' | ')} |`).join('\n')}

${pointTable(report.campaigns)}
${report.leftOut.map((what) => `\nLeft out: ${what}.`).join('')}
`.replace(/\n+$/, '\n')
}

function campaignRow({ name, kills, balance, recoverMs, quietMs, audits, violations }: CampaignReport): string {
  const { byStatus, orders, givenUp } = balance
  const [recover, quiet] = [medianAndTail(recoverMs), medianAndTail(quietMs)]
  const statuses = ['confirmed', 'rejected', 'cancelled'].map((status) => byStatus[status] ?? 0)
  const times = [recover?.p50, recover?.p99, quiet?.p50, quiet?.p99].map(shown)
  return `| ${[name, kills, orders, ...statuses, givenUp, ...times, audits, violations.length].join(' | ')} |`
}

function pointTable(campaigns: readonly CampaignReport[]): string {
  const points = [...new Set(campaigns.flatMap((campaign) => [...Object.keys(campaign.points), ...campaign.missed]))].toSorted()
  const columns = campaigns.filter((campaign) => Object.keys(campaign.points).length + campaign.missed.length > 0)
  if (points.length === 0) return ''
  const rows = points.map((point) => `| \`${point}\` | ${columns.map((campaign) => campaign.points[point] ?? '–').join(' | ')} |`)
  return `| killed at | ${columns.map(({ name }) => name).join(' | ')} |\n|---|${columns.map(() => '---').join('|')}|\n${rows.join('\n')}`
}

function shown(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '–' : `${milliseconds} ms`
}
