import { test } from 'node:test'
import { soon, stopAtEnd, type Stores, testClock, testRuntime, withStores } from '../../events/suite/consumer.fixtures.ts'
import type { StoreHarness } from '../../store/suite/store.testsuite.ts'
import { sleep } from '../../kernel/clock.ts'
import { remainingMs } from '../../kernel/deadline.ts'
import type { Store } from '../../store/store.ts'
import type { ProjectionOptions } from '../generation.ts'
import type { ProjectionDefinition } from '../projection.ts'
import { createProjectionRunner, type ProjectionRunner } from '../projection-runner.ts'
import { sqlOf } from '../../store/sql-of.ts'

/** Why the tests of projections say nothing of an adapter; false where they do. */
export function withoutSql({ declared }: StoreHarness): string | false {
  return declared.engine === 'sql' ? false : `feature engine: projections write SQL, which a store of ${declared.engine} does not speak`
}

/** Declares a test of projections, run on fresh stores. */
export function promise(harness: StoreHarness, name: string, body: (stores: Stores) => Promise<void>): void {
  test(`${harness.name}: ${name}`, { skip: withoutSql(harness) }, () => withStores(harness, body))
}

/** Counts events by key and remembers the last one; `refuse` makes the handler throw for a position. */
export function counts(version = 1, refuse: (position: number) => boolean = () => false): ProjectionDefinition {
  return {
    kind: 'projection',
    engine: 'sql',
    name: 'counts',
    version,
    tables: (table) => [
      `CREATE TABLE ${table('counts')} (event_key TEXT PRIMARY KEY, total INTEGER NOT NULL, last BIGINT NOT NULL, extra INTEGER NOT NULL)`,
      `CREATE INDEX ${table('counts_total')} ON ${table('counts')} (total)`,
    ],
    on: {
      'thing.happened': async (event, sql, table) => {
        if (refuse(event.position)) throw new Error(`refused ${event.position}`)
        await sql.run(
          `INSERT INTO ${table('counts')} (event_key, total, last, extra) VALUES (?, 1, ?, ?)
           ON CONFLICT (event_key) DO UPDATE SET total = ${table('counts')}.total + 1, last = excluded.last`,
          event.key,
          event.position,
          version,
        )
      },
    },
  }
}

/** A projection's runner that stops with its test. */
export function aRunner(
  { source, sink }: Stores,
  projection: ProjectionDefinition,
  overrides: Partial<ProjectionOptions> = {},
): ProjectionRunner {
  return stopAtEnd(
    createProjectionRunner({
      service: 'sink',
      store: sink,
      runtime: testRuntime(),
      instance: 'one',
      projection,
      sources: [{ source: 'source', feed: source.feed }],
      ...overrides,
    }),
  )
}

/** One row of the tables of {@link counts}. */
export interface Count {
  readonly event_key: string
  readonly total: number
  readonly last: number
  readonly extra: number
}

/** Rows of a table, by key. */
export function content(sink: Store, table: string): Promise<Count[]> {
  return sink.read((tx) => sqlOf(tx).all<Count>(`SELECT event_key, total, last, extra FROM ${table} ORDER BY event_key`))
}

/** Waits until everything in the log is in the tables. */
export const upToHead = async (runner: ProjectionRunner, { source }: Stores): Promise<void> => reached(runner, await source.feed.head())

/** A look may cost a query where another instance fills the tables. */
const LOOK_MS = 5

/** Waits until everything of the source up to a position is in the tables. */
export async function reached(runner: ProjectionRunner, position: number): Promise<void> {
  const deadline = soon()
  while ((await runner.position('source')) < position) {
    if (remainingMs(testClock, deadline) <= 0) throw new Error(`not in time: the projection has read up to ${position}`)
    await sleep(testClock, LOOK_MS)
  }
}
