import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { shopClient } from '../tests/support/shop-client.ts'
import { startShop } from '../tests/support/shop-process.ts'
import { copyShop, ENVIRONMENT, type PreparedShop } from './growth.ts'
import { seedProducts } from './growth-seed.ts'
import { percentile } from './spread.ts'

/** What searches that no index answers cost those who ask, and everybody else. */
export interface SearchFigures {
  /** Milliseconds until the last of {@link SEARCHES} searches at once is answered. */
  readonly searchesMs: number
  /** Milliseconds of an answer of `/health/live` meanwhile, p99. */
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
/** How far a figure may lie from the slowest. */
const SLOW = 0.99

/** Searches a shop of `count` products for two common words, several times at once, in each of `rounds`, and asks all the while whether it is alive. */
export async function measureSearches(prepared: PreparedShop, count: number, rounds: number): Promise<SearchFigures[]> {
  using copy = copyShop(prepared)
  seedProducts(copy.path, prepared.template, count)
  addCommonWords(path.join(copy.path, 'catalog.db'))
  const shop = await startShop({ directory: copy.path, environment: ENVIRONMENT })
  try {
    const figures: SearchFigures[] = []
    for (let round = 0; round < rounds; round++) figures.push(await measureRound(shop.url))
    return figures
  } finally {
    await shop.stop()
  }
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
  const wrong = answers.find(({ status }) => status !== 200)
  if (wrong) throw new Error(`a search answered ${wrong.status}: ${JSON.stringify(wrong.body)}`)
  const sorted = times.toSorted((a, b) => a - b)
  return { searchesMs: searchesMs ?? 0, liveP99Ms: percentile(sorted, SLOW), liveMsMax: sorted.at(-1) ?? 0, liveAnswers: sorted.length }
}

function addCommonWords(file: string): void {
  using database = new DatabaseSync(file)
  database.exec(`PRAGMA synchronous = OFF;
    BEGIN;
    UPDATE product SET search_text = search_text || CASE unicode(substr(id, -1)) % 2 WHEN 0 THEN 'even ' ELSE 'odd ' END;
    INSERT INTO product_word (word, product_id) SELECT CASE unicode(substr(id, -1)) % 2 WHEN 0 THEN 'even' ELSE 'odd' END, id FROM product;
    COMMIT`)
}
