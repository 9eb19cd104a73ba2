import { randomUUID } from 'node:crypto'
import { temporaryDirectory } from '@banyan/testing'
import { postgresStores } from '@banyan/postgres'
import type { StoreFactory } from 'banyan/store'
import { sqliteStores } from 'banyan/store/sqlite'
import { benchCatchUp, benchEvents, type EventFigures } from './events.ts'
import { benchCatchUpFloor, benchEventsFloor, type EventBooks } from './events-floor.ts'
import { postgresEventBooks } from './events-floor-postgres.ts'
import { sqliteEventBooks } from './events-floor-sqlite.ts'
import { startPrivatePostgres } from './private-postgres.ts'
import type { BenchOptions, Figure, Section } from './section.ts'
import { spread } from './spread.ts'

/** How fast events travel, and how fast a log is read again. */
export const events: Section = {
  name: 'events',
  measures:
    'Two services in one process: from the commit of an event to the commit of its handler, events emitted and handled per second by 64 at once, and events per second of a new projection that reads a full log. The floor is a bare loop that writes the same rows: an event and its handler in a commit each, 64 events that share each commit, pages of a full log.',
  durability: 'every commit synced on both stores: SQLite synchronous=FULL, PostgreSQL fsync and synchronous_commit on',
  run: measureEvents,
}

/** Events of one measurement: one at a time, many at once, and in the log that is read again. */
const FULL = { singles: 1_000, many: 20_000, log: 1_000_000 }
const QUICK = { singles: 200, many: 2_000, log: 50_000 }

async function measureEvents(options: BenchOptions): Promise<Figure[]> {
  const figures = await measureStore('SQLite', options, () => {
    const directory = temporaryDirectory()
    return {
      stores: sqliteStores({ directory: directory.path }),
      openFloor: async () => sqliteEventBooks(),
      [Symbol.dispose]: () => directory[Symbol.dispose](),
    }
  })
  const server = await startPrivatePostgres()
  if (typeof server === 'string') {
    options.note(`not measured on PostgreSQL: ${server}`)
    return figures
  }
  await using postgres = server
  options.note(`PostgreSQL is ${postgres.version}, with its default settings`)
  const place = (): Place => {
    const name = randomUUID().slice(0, 8)
    return {
      stores: postgresStores({ url: postgres.url, schemaPrefix: `bench_${name}_` }),
      openFloor: () => postgresEventBooks(postgres.url, `floor_${name}_`),
      [Symbol.dispose]: () => {}, // the server vanishes as a whole
    }
  }
  return [...figures, ...(await measureStore('PostgreSQL', options, place))]
}

/** Empty tables for one measurement, and for its floor. */
interface Place extends Disposable {
  readonly stores: StoreFactory
  openFloor(): Promise<EventBooks>
}

interface Measured {
  readonly runs: EventFigures[]
  /** Events per second of a projection. */
  readonly catchUps: number[]
}

async function measureStore(name: string, { repeat, quick, progress }: BenchOptions, open: () => Place): Promise<Figure[]> {
  const { singles, many, log } = quick ? QUICK : FULL
  const ours: Measured = { runs: [], catchUps: [] }
  const floor: Measured = { runs: [], catchUps: [] }
  for (let round = 1; round <= repeat; round++) {
    progress(`events on ${name}, round ${round} of ${repeat}: the bare loop, then ours …`)
    using live = open()
    floor.runs.push(await withFloor(live, (books) => benchEventsFloor(books, { singles, many })))
    ours.runs.push(await benchEvents(live.stores, singles, many))
    if (round > 1) continue // a full log takes minutes to write and read; one time tells enough
    using full = open()
    floor.catchUps.push(await withFloor(full, (books) => benchCatchUpFloor(books, log)))
    ours.catchUps.push(await benchCatchUp(full.stores, log))
  }
  return eventFigures(name, log, ours, floor)
}

async function withFloor<T>(place: Place, measure: (books: EventBooks) => Promise<T>): Promise<T> {
  await using books = await place.openFloor()
  return await measure(books)
}

function eventFigures(store: string, log: number, ours: Measured, floor: Measured): Figure[] {
  const figure = (what: string, unit: string, values: (measured: Measured) => readonly number[]): Figure => ({
    name: `events on ${store}: ${what}`,
    unit,
    ...spread(values(ours)),
    floor: spread(values(floor)).median,
  })
  return [
    figure('commit to handled, p50', 'ms', ({ runs }) => runs.map((run) => run.p50Ms)),
    figure('commit to handled, p99', 'ms', ({ runs }) => runs.map((run) => run.p99Ms)),
    figure('emitted and handled', 'events/s', ({ runs }) => runs.map((run) => run.eventsPerSecond)),
    figure(`projection of ${log.toLocaleString('en')} events`, 'events/s', ({ catchUps }) => catchUps),
  ]
}
