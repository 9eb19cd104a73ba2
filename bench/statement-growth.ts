import type { StoreFactory } from 'banyan/store'
import path from 'node:path'
import { copyShop, prepareShop } from './growth.ts'
import { seedBehaviour, seedOld } from './growth-behaviour.ts'
import { parkEvents, seedOrders, seedProducts, seedUsers, type Template } from './growth-seed.ts'
import { seedWaiting } from './saga-seed.ts'
import { everyRequest } from './shop-requests.ts'

// Owns: which statements of the shop may cost more because it holds more.

/** Rows of each kind. */
export const SIZES = [300, 900, 2_700] as const
const GROWTH_MAX = 1.5
/** Half of the past orders are of one customer: whoever buys often must not wait for it. */
const CUSTOMERS = 2

/** What a statement costs on a store, and how it is counted. */
export interface CountedStores {
  /** Opens where the data of one shop after another are put. */
  open(): Promise<AsyncDisposable & ShopPlaces>
  /** Counts statements until it is disposed of: `most` is what one execution cost at most, by the statement's text. */
  watch(): Disposable & { readonly most: ReadonlyMap<string, number> }
  /** Costs that nobody has to explain. */
  readonly slack: number
}

/** Where the data of a shop are put; those of the one before are gone then. */
export interface ShopPlaces {
  /** Returns stores that hold what the SQLite files of a directory hold. */
  put(directory: string): Promise<StoreFactory>
}

/** Asks shops of three sizes for everything that they answer. Returns the statements that cost more where the shop holds more, with what they cost. */
export async function growingStatements({ open, watch, slack }: CountedStores): Promise<(readonly [string, readonly number[]])[]> {
  using prepared = await prepareShop()
  await using places = await open()
  const costs = new Map<string, number[]>()
  for (const [index, size] of SIZES.entries()) {
    using copy = copyShop(prepared)
    fill(copy.path, prepared.template, size)
    const stores = await places.put(copy.path)
    using watched = watch()
    await everyRequest({ stores, files: path.join(copy.path, 'files') }, prepared.template)
    note(costs, watched.most, index)
  }
  return [...costs].filter(([text, each]) => grows(each, slack) && !EXCEPTIONS.some(({ part }) => text.includes(part)))
}

/** Statements that may take more steps where the shop holds more, by a part of their text: they end at a bound that these sizes do not reach. */
const EXCEPTIONS: readonly { readonly part: string; readonly reason: string }[] = [
  { part: 'PRAGMA quick_check', reason: 'once at the start, of files up to 8 MiB, see FULL_CHECK_BYTES_MAX' },
  { part: 'LIMIT ?) AS counted', reason: 'parked events are counted up to 100,000 for each consumer, see PARKED_COUNT_MAX' },
  {
    part: 'SELECT DISTINCT event_key FROM banyan_parked',
    reason: 'read once by a consumer that starts, up to the keys that it may keep in memory',
  },
  {
    part: 'SELECT name, status, COUNT(*) AS count FROM banyan_saga',
    reason:
      'PostgreSQL counts open sagas by an index, four times a minute: for a count that is kept all processes would wait for the same row',
  },
  { part: 'LIMIT ?) AS few', reason: 'products with a word are counted up to 2,000, see HITS_MAX' },
  { part: 'p.id IN (', reason: 'products of a list are looked at by 500 at most, see list-bounds.integration.ts' },
  { part: '(wake_at, status, id) > (?, ?, ?)', reason: 'once after the clock was set back, a page of 1,000 at a time' },
  { part: 'FROM charge', reason: "the fake provider's book stands for another company's; audits read it, page by page" },
  { part: "FROM request WHERE outcome = 'succeeded'", reason: 'the same' },
]

function grows([few = 0, some = few, many = some]: readonly number[], slack: number): boolean {
  return many > some * GROWTH_MAX + slack
}

function note(costs: Map<string, number[]>, most: ReadonlyMap<string, number>, index: number): void {
  for (const [text, cost] of most) {
    const each = costs.get(text) ?? SIZES.map(() => 0)
    each[index] = cost
    costs.set(text, each)
  }
}

export function fill(directory: string, template: Template, size: number): void {
  seedProducts(directory, template, size)
  seedOrders(directory, template, size, CUSTOMERS)
  seedUsers(directory, template, size)
  seedBehaviour(directory, template.sku, size)
  seedOld(directory, template.userId, size)
  seedWaiting(directory, { service: 'orders', sagaId: template.orderId }, size)
  parkEvents(directory, template, size)
}
