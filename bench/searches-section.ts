import { type PreparedShop, prepareShop } from './growth.ts'
import { POSTGRES_DURABILITY, startPrivatePostgres } from './private-postgres.ts'
import { measureSearches, type SearchedShop, type SearchFigures, SEARCHES } from './searches.ts'
import type { BenchOptions, Figure, Section } from './section.ts'
import { spread } from './spread.ts'

/** Whether searches that no index answers keep everybody else waiting. */
export const searches: Section = {
  name: 'searches',
  measures:
    'Six searches at once that must look at every product of a shop, on both stores, and how long whoever asks meanwhile whether it is alive waits.',
  durability: `nothing is written while it is measured; on PostgreSQL ${POSTGRES_DURABILITY}`,
  run: measure,
}

/** Longest that whoever looks whether the shop is alive may wait: the delay of the loop from which the watchdog speaks. */
const LIVE_MS_MAX = 200
const PRODUCTS = 300_000
const PRODUCTS_QUICK = 20_000

async function measure(options: BenchOptions): Promise<Figure[]> {
  options.progress('searches: preparing the data of a small shop …')
  using prepared = await prepareShop()
  const figures = await figuresOn('SQLite', { prepared, products: productsOf(options) }, options)
  return [...figures, ...(await measureOnPostgres(prepared, options))]
}

async function measureOnPostgres(prepared: PreparedShop, options: BenchOptions): Promise<Figure[]> {
  const server = await startPrivatePostgres()
  if (typeof server === 'string') {
    options.note(`not measured on PostgreSQL: ${server}`)
    return []
  }
  await using postgres = server
  options.note(`PostgreSQL is ${postgres.version}, with its default settings`)
  const place = { url: postgres.url, schemaPrefix: 'searched_' }
  return await figuresOn('PostgreSQL', { prepared, products: productsOf(options), postgres: place }, options)
}

function productsOf({ quick }: BenchOptions): number {
  return quick ? PRODUCTS_QUICK : PRODUCTS
}

async function figuresOn(store: string, shop: SearchedShop, { repeat, progress }: BenchOptions): Promise<Figure[]> {
  const count = shop.products.toLocaleString('en')
  progress(`searches: ${count} products on ${store} …`)
  const rounds = await measureSearches(shop, repeat)
  const figure = (what: string, unit: string, value: (round: SearchFigures) => number): Figure => ({
    name: `${SEARCHES} searches of ${count} products on ${store}: ${what}`,
    unit,
    ...spread(rounds.map(value)),
  })
  return [
    figure('found', 'searches', ({ found }) => found),
    figure('all answered', 'ms', ({ searchesMs }) => searchesMs),
    figure('p50 of /health/live', 'ms', ({ liveP50Ms }) => liveP50Ms),
    figure('p99 of /health/live', 'ms', ({ liveP99Ms }) => liveP99Ms),
    { ...figure('slowest /health/live', 'ms', ({ liveMsMax }) => liveMsMax), aim: { atMost: LIVE_MS_MAX } },
  ]
}
