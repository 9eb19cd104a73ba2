// Measures Banyan's saga engine, the one that every service runs its sagas with: on SQLite files, or on PostgreSQL when --url says so.
import { createSagaEngine, type SagaDefinition } from 'banyan/saga'
import { createRuntime, deadlineAfter } from 'banyan/kernel'
import { sqliteStores } from 'banyan/store/sqlite'
import { createTracing, newTrace } from 'banyan/telemetry'
import { postgresStores } from '@banyan/postgres'
import { temporaryDirectory } from '@banyan/testing'
import { measureSagas, type OpenEngine, type SagaChildOptions } from './saga-load.ts'

/** Longest wait for one saga. */
const SAGA_MS_MAX = 60_000

/** Steps as they come: not `local`, so each start is durable before its action, as for a step that calls another service. */
const fourSteps: SagaDefinition<object, { readonly amount: number }, number> = {
  kind: 'saga',
  name: 'four-steps',
  options: {},
  async run(saga, { amount }) {
    const one = await saga.step('one', { action: async () => ({ amount }) })
    const two = await saga.step('two', { action: async () => ({ amount: one.amount + 1 }) })
    const three = await saga.step('three', { action: async () => ({ amount: two.amount + 1 }) })
    const four = await saga.step('four', { action: async () => ({ amount: three.amount + 1 }) })
    return four.amount
  },
}

await measureSagas(openBanyan)

async function openBanyan({ url }: SagaChildOptions): Promise<OpenEngine> {
  const directory = temporaryDirectory()
  const runtime = createRuntime()
  const stores = url ? postgresStores({ url }) : sqliteStores({ directory: directory.path })
  const store = await stores.open({ service: 'bench', migrations: [], runtime })
  const tracing = createTracing({ ids: runtime.ids })
  const stepContext = (): object => ({})
  const engine = createSagaEngine({ service: 'bench', store, runtime, instance: 'bench', definitions: [fourSteps], stepContext, tracing })
  await engine.run()
  return {
    async run(id) {
      const scope = { correlationId: id, trace: newTrace(runtime.ids) }
      await store.transaction((tx) => engine.start(tx, fourSteps, { id, input: { amount: 1 } }, scope))
      const saga = await engine.settled(id, deadlineAfter(runtime.clock, SAGA_MS_MAX))
      if (saga?.status !== 'completed' || saga.output !== '4') throw new Error(`saga ${id}: expected completed with 4; got ${saga?.status}`)
    },
    async [Symbol.asyncDispose]() {
      await engine.stop()
      await store.close()
      directory[Symbol.dispose]()
    },
  }
}
