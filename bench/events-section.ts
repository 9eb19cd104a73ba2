import { randomUUID } from 'node:crypto'
import { temporaryDirectory } from '@banyan/testing'
import { postgresStores } from '@banyan/postgres'
import type { StoreFactory } from 'banyan/store'
import { sqliteStores } from 'banyan/store/sqlite'
import { benchCatchUp, benchEvents, type EventFigures } from './events.ts'
import { startPrivatePostgres } from './private-postgres.ts'
import type { BenchOptions, Figure, Section } from './section.ts'
import { spread } from './spread.ts'

/** How fast events travel, and how fast a log is read again. */
export const events: Section = {
  name: 'events',
  measures:
    'Two services in one process: from the commit of an event to the commit of its handler, events emitted and handled per second by 64 at once, and events per second of a new projection that reads a full log.',
  durability: 'every commit synced on both stores: SQLite synchronous=FULL, PostgreSQL fsync and synchronous_commit on',
  run: measureEvents,
}

/** Events of one measurement: one at a time, many at once, and in the log that is read again. */
const FULL = { singles: 1_000, many: 20_000, log: 1_000_000 }
const QUICK = { singles: 200, many: 2_000, log: 50_000 }

async function measureEvents(options: BenchOptions): Promise<Figure[]> {
  const figures = await measureStore('SQLite', options, () => {
    const directory = temporaryDirectory()
    return { stores: sqliteStores({ directory: directory.path }), [Symbol.dispose]: () => directory[Symbol.dispose]() }
  })
  const server = await startPrivatePostgres()
  if (typeof server === 'string') {
    options.note(`not measured on PostgreSQL: ${server}`)
    return figures
  }
  await using postgres = server
  options.note(`PostgreSQL is ${postgres.version}, with its default settings`)
  const place = (): Place => ({
    stores: postgresStores({ url: postgres.url, schemaPrefix: `bench_${randomUUID().slice(0, 8)}_` }),
    [Symbol.dispose]: () => {}, // the server vanishes as a whole
  })
  return [...figures, ...(await measureStore('PostgreSQL', options, place))]
}

interface Place extends Disposable {
  readonly stores: StoreFactory
}

async function measureStore(name: string, { repeat, quick, progress }: BenchOptions, open: () => Place): Promise<Figure[]> {
  const { singles, many, log } = quick ? QUICK : FULL
  const runs: EventFigures[] = []
  const catchUps: number[] = []
  for (let round = 1; round <= repeat; round++) {
    progress(`events on ${name}, round ${round} of ${repeat} …`)
    using live = open()
    runs.push(await benchEvents(live.stores, singles, many))
    if (round > 1) continue // a full log takes minutes to write and read; one time tells enough
    using full = open()
    catchUps.push(await benchCatchUp(full.stores, log))
  }
  const figure = (what: string, unit: string, values: readonly number[]): Figure => ({
    name: `events on ${name}: ${what}`,
    unit,
    ...spread(values),
  })
  return [
    figure(
      'commit to handled, p50',
      'ms',
      runs.map((run) => run.p50Ms),
    ),
    figure(
      'commit to handled, p99',
      'ms',
      runs.map((run) => run.p99Ms),
    ),
    figure(
      'emitted and handled',
      'events/s',
      runs.map((run) => run.eventsPerSecond),
    ),
    figure(`projection of ${log.toLocaleString('en')} events`, 'events/s', catchUps),
  ]
}
