import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { emitAll, openStore, testRuntime } from '../../events/suite/consumer.fixtures.ts'
import { runScript } from '../../events/suite/consumer-kill.fixtures.ts'
import { sqlOf } from '../../store/sql-of.ts'
import { type ChildPlace, childStores } from '../../store/suite/test-store.testsuite.ts'
import { stateOf } from '../../store/suite/test-variants.testsuite.ts'
import type { ProjectionDefinition } from '../projection.ts'
import { reached } from './projection.fixtures.ts'
import { createProjectionRunner } from '../projection-runner.ts'

/** What a child process does: emits events, applies all to a projection, perhaps rebuilds it, stops; unless it is killed. */
export interface ProjectionPlan {
  /** How to open the stores. */
  readonly stores: ChildPlace
  /** Keys of the events to emit. */
  readonly emit?: readonly string[]
  /** Position whose handler kills the process. */
  readonly killer?: number
  readonly rebuild?: boolean
  /** Kills the process when the point is reached for the `hit`th time. */
  readonly fault?: { readonly point: string; readonly hit: number }
}

/** Runs a child; resolves to whether it was killed. */
export function runProjection(plan: ProjectionPlan): Promise<boolean> {
  return runScript(fileURLToPath(import.meta.url), plan)
}

function totals({ killer }: ProjectionPlan): ProjectionDefinition {
  return {
    kind: 'projection',
    engine: 'sql',
    name: 'totals',
    version: 1,
    tables: (table) => [`CREATE TABLE ${table('totals')} (event_key TEXT PRIMARY KEY, total INTEGER NOT NULL)`],
    on: {
      'thing.happened': (event, sql, table) => {
        if (event.position === killer) process.kill(process.pid, 'SIGKILL')
        const upsert = 'ON CONFLICT (event_key) DO UPDATE SET total = target.total + 1'
        return sql.run(`INSERT INTO ${table('totals')} AS target (event_key, total) VALUES (?, 1) ${upsert}`, event.key)
      },
    },
  }
}

async function project(plan: ProjectionPlan): Promise<void> {
  let hits = 0
  const at = (name: string): void => {
    if (name === plan.fault?.point && ++hits === plan.fault.hit) process.kill(process.pid, 'SIGKILL')
  }
  const stores = await childStores(plan.stores)
  const source = await openStore(stores, 'source')
  const sink = await openStore(stores, 'sink', testRuntime({ faults: { at } }))
  await emitAll(
    source,
    (plan.emit ?? []).map((key) => ({ key })),
  )
  const runner = createProjectionRunner({
    service: 'sink',
    store: sink,
    runtime: testRuntime({ faults: { at } }),
    instance: 'one',
    projection: totals(plan),
    sources: [{ source: 'source', feed: source.feed }],
  })
  await runner.start()
  await reached(runner, await source.feed.head())
  if (plan.rebuild) await runner.rebuild()
  const rows = await sink.read((tx) =>
    sqlOf(tx).all<{ event_key: string; total: number }>(`SELECT event_key, total FROM ${runner.table('totals')} ORDER BY event_key`),
  )
  await sink.transaction(async (tx) => {
    const { ledger } = stateOf(tx)
    await ledger.removeAbove(-1)
    for (const { event_key, total } of rows) await ledger.append(event_key, total)
  })
  await runner.stop()
  await sink.close()
  await source.close()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await project(JSON.parse(process.argv[2] as string) as ProjectionPlan)
