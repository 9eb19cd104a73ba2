import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CampaignReport, type ChaosReport, medianAndTail, reportMarkdown, totals } from './chaos-report.ts'

function aCampaign(overrides: Partial<CampaignReport> = {}): CampaignReport {
  return {
    name: 'sqlite orchestration',
    store: 'sqlite',
    flow: 'orchestration',
    seed: 1,
    seconds: 10,
    kills: 3,
    strikes: { point: 2, load: 1 },
    points: { 'gateway.before-reply': 2 },
    missed: [],
    balance: { orders: 30, byStatus: { confirmed: 20, rejected: 8, cancelled: 2 }, givenUp: 1 },
    audits: 1,
    recoverMs: [500, 700, 600],
    quietMs: [2_000],
    violations: [],
    ...overrides,
  }
}

function aReport(campaigns: readonly CampaignReport[]): ChaosReport {
  return {
    command: 'npm run chaos',
    date: '2026-01-02T03:04:05.000Z',
    seed: 1,
    machine: { cores: 2 },
    seconds: 20,
    complete: true,
    leftOut: ['full disks'],
    campaigns,
  }
}

test('of times the record shows the median and what one in a hundred exceeds', () => {
  assert.deepEqual(medianAndTail(Array.from({ length: 200 }, (_, index) => index)), { p50: 100, p99: 198 })
  assert.equal(medianAndTail([]), undefined)
})

test('a run sums up its campaigns', () => {
  const broken = { scenario: 'load:3', what: 'an order is gone', data: '/tmp/x', repeat: 'again', repeatAlone: 'alone' }
  const report = aReport([aCampaign(), aCampaign({ kills: 4, points: { 'gateway.after-reply': 1 }, violations: [broken] })])
  const { kills, orders, violations, pointsStruck, recoverMs } = totals(report)
  assert.deepEqual([kills, orders, violations, pointsStruck, recoverMs?.p50], [7, 60, 1, 2, 600])
})

test('the record names what was killed where, what was missed and what was left out', () => {
  const text = reportMarkdown(aReport([aCampaign({ missed: ['timer.orders.expire-orders.after-handler'] })]))
  assert.match(text, /\*\*3 kills, 30 orders, 0 violations\.\*\*/)
  assert.match(text, /\| sqlite orchestration \| 3 \| 30 \| 20 \| 8 \| 2 \| 1 \| 600 ms \| 700 ms \| 2000 ms \| 2000 ms \| 1 \| 0 \|/)
  assert.match(text, /\| `gateway\.before-reply` \| 2 \|/)
  assert.match(text, /\| `timer\.orders\.expire-orders\.after-handler` \| – \|/)
  assert.match(text, /Left out: full disks\./)
})
