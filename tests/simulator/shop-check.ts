import path from 'node:path'
import {
  acknowledgedSurvive,
  byVersion,
  checkHistory,
  type HistoryCheck,
  type HistoryEntry,
  monotonicReads,
  neverBelow,
  nothingFromNowhere,
  type Observation,
  oneEffectPerKey,
  readsOwnWrites,
  sameKeySameAnswer,
  type World,
} from '@banyan/testing'
import { invariants } from '@shop/auditor'
import type { Order } from '@shop/orders/contract'
import { FAKE_PROVIDER_FILE, readBook } from '@shop/payments/fake-provider'
import { type AuditClient, BanyanError, type Contract } from 'banyan'
import { STRICT_AUDIT } from '../support/strict-audit.ts'

/** How long orders may take to end once nothing goes wrong any more: twice the deadlines and retries of everything in the shop. */
const END_MS_MAX = 600_000
/** First pause between two looks; each is twice as long as the one before. */
const POLL_MS = 1_000

/** Waits until every order has ended, then lets the auditor and the history judge. Throws what is wrong. */
export async function checkShop(world: World): Promise<void> {
  await ended(world)
  const violations = await audited(world)
  if (violations.length > 0)
    throw new Error(`the audit finds:\n${violations.map(({ invariant, ...rest }) => `  ${invariant}: ${JSON.stringify(rest)}`).join('\n')}`)
  const history = { entries: world.recorder.entries(), observations: await observations(world) }
  const contradictions = checkHistory(history, CHECKS)
  if (contradictions.length > 0)
    throw new Error(`the history shows:\n${contradictions.map(({ rule, message }) => `  ${rule}: ${message}`).join('\n')}`)
}

async function ended(world: World): Promise<void> {
  const open = 'SELECT id, status FROM customer_order WHERE settled = 0 LIMIT 10'
  const endMs = world.now() + END_MS_MAX
  for (;;) {
    const left = await world.readSql('orders', (sql) => sql.all<{ id: string; status: string }>(open))
    if (left.length === 0) break
    if (world.now() > endMs) throw new Error(`orders do not end: ${left.map(({ id, status }) => `${id} is ${status}`).join(', ')}`)
    await world.sleep(POLL_MS)
  }
  await world.rest()
}

/** What has ended for orders may go on for a moment elsewhere, e.g. an attempt that nobody answered is looked up. */
async function audited(world: World): ReturnType<typeof invariants> {
  const endMs = world.now() + END_MS_MAX
  for (let pauseMs = POLL_MS; ; pauseMs *= 2) {
    const violations = await invariants({
      ask: (contract) => asked(world, contract),
      directory: world.directory,
      environment: STRICT_AUDIT,
      now: world.now(),
    })
    if (violations.length === 0 || world.now() > endMs) return violations
    await world.sleep(pauseMs)
  }
}

function asked<C extends Contract>({ running }: World, contract: C): AuditClient<C> {
  if (!running) throw new BanyanError('unavailable', 'no process runs at this moment')
  return running.ask(contract)
}

async function observations(world: World): Promise<Observation[]> {
  const placed = await world.readSql('orders', (sql) =>
    sql.all<{ id: string; user: string; settled: number }>('SELECT id, user_id AS "user", settled FROM customer_order LIMIT 1000'),
  )
  const stock = await world.readSql('inventory', (sql) =>
    sql.all<{ sku: string; free: number }>('SELECT sku, on_hand - reserved AS free FROM stock_item LIMIT 1000'),
  )
  const book = readBook(path.join(world.directory, 'payments', FAKE_PROVIDER_FILE))
  const charges = book.charges({ after: '', upTo: undefined })
  book.close()
  return [
    ...placed.map((value) => ({ source: 'orders', entity: value.id, value })),
    ...stock.map((value) => ({ source: 'stock', entity: value.sku, value })),
    ...charges.map((value) => ({ source: 'provider', entity: value.orderId, value })),
  ]
}

interface Placed {
  readonly user: string
  readonly settled: number
}

const CHECKS: readonly HistoryCheck[] = [
  acknowledgedSurvive({
    written: ({ operation }, answer) => (operation === 'orders.place' ? (answer as Order).id : undefined),
    isState: ({ source }) => source === 'orders',
    isFinal: ({ value }) => (value as Placed).settled === 1,
  }),
  sameKeySameAnswer({ answer: (value) => (value as Order).id, isRefusal }),
  // Each order has a user of its own, so two orders of one user are one request that was carried out twice.
  oneEffectPerKey(({ source, value }) => (source === 'orders' ? (value as Placed).user : undefined)),
  oneEffectPerKey(({ source, entity }) => (source === 'provider' ? `charge of ${entity}` : undefined)),
  nothingFromNowhere({
    asked: (entry) => (entry.operation === 'orders.place' ? userOf(entry) : undefined),
    found: ({ source, value }) => (source === 'orders' ? (value as Placed).user : undefined),
    isRefusal,
  }),
  monotonicReads({ sight, mayFollow: byVersion, session: userOf }),
  readsOwnWrites({ write: sightOf('orders.cancel'), read: sightOf('orders.get'), mayFollow: byVersion }),
  neverBelow({ amounts: ({ source, value }) => (source === 'stock' ? { free: (value as { free: number }).free } : undefined) }),
]

function userOf({ process }: HistoryEntry): string {
  return process.split(',')[0] ?? process
}

function sight({ operation, outcome, key }: HistoryEntry): { entity: string; state: number } | undefined {
  if (!operation.startsWith('orders.')) return undefined // what an operator does by hand elsewhere
  // A repetition gets the answer of the first time, as it was then.
  if (outcome === 'unknown' || !('value' in outcome) || (operation !== 'orders.get' && key?.startsWith('place'))) return undefined
  const { id, version } = outcome.value as Order
  return { entity: id, state: version }
}

function sightOf(operation: string) {
  return (entry: HistoryEntry) => (entry.operation === operation ? sight(entry) : undefined)
}

function isRefusal(error: unknown): boolean {
  return error instanceof BanyanError && error.retry === 'never'
}
