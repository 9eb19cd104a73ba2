import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { shopClient } from '../tests/support/shop-client.ts'
import { startShop } from '../tests/support/shop-process.ts'
import { copyShop, ENVIRONMENT, type PreparedShop } from './growth.ts'
import { seedProducts } from './growth-seed.ts'
import { copyToPostgres, type PostgresPlace } from './shop-on-postgres.ts'
import { percentile } from './spread.ts'

/** What searches that no index answers cost those who ask, and everybody else. */
export interface SearchFigures {
  /** Milliseconds until the last of {@link SEARCHES} searches at once is answered. */
  readonly searchesMs: number
  /** How many of them were found; the others were told to come again or that their time was over, as on a machine that is busy with other things. */
  readonly found: number
  /** Milliseconds of an answer of `/health/live` meanwhile, p50 and p99. */
  readonly liveP50Ms: number
  readonly liveP99Ms: number
  /** The slowest of them. */
  readonly liveMsMax: number
  /** How many of them there were. */
  readonly liveAnswers: number
}

/** Searches at once. */
export const SEARCHES = 6
/** Each is in half of the products, and none has both: so all with one of them must be looked at. */
const SEARCH = '/api/products?q=even+odd&sort=title&limit=20'

/** Where searches are measured. */
export interface SearchedShop {
  readonly prepared: PreparedShop
  /** Products to search. */
  readonly products: number
  /** A server with empty schemas for this shop; undefined: SQLite. */
  readonly postgres?: PostgresPlace | undefined
}

/** What a search answers for which there was no time, or no place in the line. */
const TOO_LATE = [503, 504]

/** Searches a shop for two common words, several times at once, in each of `rounds`, and asks all the while whether it is alive. */
export async function measureSearches({ prepared, products, postgres }: SearchedShop, rounds: number): Promise<SearchFigures[]> {
  using copy = copyShop(prepared)
  seedProducts(copy.path, prepared.template, products)
  addCommonWords(path.join(copy.path, 'catalog.db'))
  if (postgres) await copyToPostgres(copy.path, postgres)
  const shop = await startShop({ directory: copy.path, environment: { ...ENVIRONMENT, ...(postgres && onPostgres(postgres)) } })
  try {
    const figures: SearchFigures[] = []
    for (let round = 0; round < rounds; round++) figures.push(await measureRound(shop.url))
    return figures
  } finally {
    await shop.stop()
  }
}

function onPostgres({ url, schemaPrefix }: PostgresPlace): Record<string, string> {
  return { BANYAN_STORE: 'postgres', POSTGRES_URL: url, BANYAN_POSTGRES_SCHEMA_PREFIX: schemaPrefix }
}

async function measureRound(url: string): Promise<SearchFigures> {
  const client = shopClient(url)
  const began = performance.now()
  let searchesMs: number | undefined
  const searching = Promise.all(Array.from({ length: SEARCHES }, () => client.request('GET', SEARCH))).finally(() => {
    searchesMs = performance.now() - began
  })
  const times: number[] = []
  const look = async (): Promise<void> => {
    while (searchesMs === undefined) {
      const asked = performance.now()
      const { status } = await client.request('GET', '/health/live')
      if (status !== 200) throw new Error(`/health/live answered ${status}`)
      times.push(performance.now() - asked)
    }
  }
  const [answers] = await Promise.all([searching, look()])
  const wrong = answers.find(({ status }) => status !== 200 && !TOO_LATE.includes(status))
  if (wrong) throw new Error(`a search answered ${wrong.status}: ${JSON.stringify(wrong.body)}`)
  const sorted = times.toSorted((a, b) => a - b)
  return {
    searchesMs: searchesMs ?? 0,
    found: answers.filter(({ status }) => status === 200).length,
    liveP50Ms: percentile(sorted, 0.5),
    liveP99Ms: percentile(sorted, 0.99),
    liveMsMax: sorted.at(-1) ?? 0,
    liveAnswers: sorted.length,
  }
}

function addCommonWords(file: string): void {
  using database = new DatabaseSync(file)
  database.exec(`PRAGMA synchronous = OFF;
    BEGIN;
    UPDATE product SET search_text = search_text || CASE unicode(substr(id, -1)) % 2 WHEN 0 THEN 'even ' ELSE 'odd ' END;
    INSERT INTO product_word (word, product_id) SELECT CASE unicode(substr(id, -1)) % 2 WHEN 0 THEN 'even' ELSE 'odd' END, id FROM product;
    COMMIT`)
}
