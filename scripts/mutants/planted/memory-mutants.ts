import type { Mutant } from '../mutant.ts'

const EVENTS = 'packages/banyan/src/events'
const BYTES = `${EVENTS}/consumer-bytes.integration.ts`
const PAGES = `${EVENTS}/log-pages.test.ts`
const NEW_VERSION = 'tests/new-projection.journey.ts'
const SQLITE = 'packages/banyan/src/store/sqlite'

/** Mistakes in what a process holds: memory that grows with what was emitted. */
export const MEMORY_MUTANTS: readonly Mutant[] = [
  {
    name: 'events-held-by-number-only',
    mistake: 'a consumer holds a thousand events, however large they are',
    promises: ['law 6'],
    file: `${EVENTS}/held-bytes.ts`,
    find: 'const own = Math.min(CONSUMER_BYTES_MAX - this.#bytes, ',
    replace: 'const own = Math.min(Infinity, ',
    caughtBy: { file: BYTES, test: 'a consumer holds large events by their bytes' },
  },
  {
    name: 'consumers-hold-each-its-own',
    mistake: 'each consumer holds what it may by itself, whatever the others hold',
    promises: ['law 6'],
    file: `${EVENTS}/held-bytes.ts`,
    find: 'Math.min(CONSUMER_BYTES_MAX - this.#bytes, this.#process.left)',
    replace: 'CONSUMER_BYTES_MAX - this.#bytes',
    caughtBy: { file: BYTES, test: 'consumers hold large events within one budget' },
  },
  {
    name: 'stuck-consumers-hold-up-others',
    mistake: 'a consumer waits for the budget although it holds nothing',
    promises: ['P3'],
    file: `${EVENTS}/held-bytes.ts`,
    find: 'Math.max(own, CONSUMER_BYTES_MIN - this.#bytes)',
    replace: 'own',
    caughtBy: { file: BYTES, test: 'those that are stuck hold up no other' },
  },
  {
    name: 'page-by-rows-only',
    mistake: 'a page of the log is bounded by its rows, not by their bytes',
    promises: ['law 6'],
    file: `${SQLITE}/sqlite-feed.ts`,
    find: '    if (bytes >= bytesMax) break\n',
    replace: '',
    caughtBy: { file: `${SQLITE}/sqlite.test.ts`, test: 'S14 a page ends with the event with which its data reach' },
  },
  {
    name: 'data-read-for-nobody',
    mistake: 'large data are read of events that nobody handles',
    promises: ['law 6'],
    file: `${SQLITE}/sqlite-feed.ts`,
    find: 'const isWanted = types === undefined || types.has(row.type)',
    replace: 'const isWanted = types === undefined || row.type.length > 0',
    caughtBy: { file: `${SQLITE}/sqlite.test.ts`, test: 'S14 large data of types that nobody asked for are not read' },
  },
  {
    name: 'page-for-fewer-types',
    mistake: 'a reader gets a page that was read before it came, without the data of its types',
    promises: ['P3'],
    file: `${EVENTS}/log-pages.ts`,
    find: '    this.#kept = []\n  }\n\n  async #read(',
    replace: '  }\n\n  async #read(',
    caughtBy: { file: PAGES, test: 'only types that a reader handles are asked for' },
  },
  {
    name: 'short-page-kept',
    mistake: 'a page that ended where the log ended is given to other readers later, and hides what came since',
    promises: ['P3'],
    file: `${EVENTS}/log-pages.ts`,
    find: 'if (isShared && more) this.#keep',
    replace: 'if (isShared && events.length > 0) this.#keep',
    caughtBy: { file: PAGES, test: 'a page that was not full is not kept' },
  },
  {
    name: 'each-reader-reads-for-itself',
    mistake: 'what one reader has read is not kept for the others',
    promises: ['law 6'],
    file: `${EVENTS}/log-pages.ts`,
    find: '    this.#kept.push(page)\n',
    replace: '',
    caughtBy: { file: PAGES, test: 'a reader in the middle of a page gets its rest' },
  },
  {
    name: 'start-waits-for-rebuild',
    mistake: 'a start waits until a new version of a read model is filled, and nothing listens meanwhile',
    promises: ['law 6'],
    file: 'packages/banyan/src/projection/projection-runner.ts',
    find: 'const REBUILD_START_MS = 250',
    replace: 'const REBUILD_START_MS = 15_000',
    caughtBy: { file: NEW_VERSION, test: 'a start with a new version of a read model listens at once' },
  },
  {
    name: 'ready-while-old-tables-serve',
    mistake: 'a process is ready while the tables of an older version serve',
    promises: ['law 10'],
    file: 'packages/banyan/src/service/service-projections.ts',
    find: 'rebuilding.version === version) return',
    replace: 'rebuilding.version >= version) return',
    caughtBy: { file: NEW_VERSION, test: 'a start with a new version of a read model listens at once' },
  },
]
