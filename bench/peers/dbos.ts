// DBOS: a workflow of four steps on PostgreSQL, called and awaited as its guide does.
import { DBOS } from '@dbos-inc/dbos-sdk'
import { measureSagas } from '../saga-load.ts'

async function runFourSteps(amount: number): Promise<number> {
  const one = await DBOS.runStep(async () => ({ amount }), { name: 'one' })
  const two = await DBOS.runStep(async () => ({ amount: one.amount + 1 }), { name: 'two' })
  const three = await DBOS.runStep(async () => ({ amount: two.amount + 1 }), { name: 'three' })
  const four = await DBOS.runStep(async () => ({ amount: three.amount + 1 }), { name: 'four' })
  return four.amount
}

await measureSagas(async ({ url }) => {
  DBOS.setConfig({ name: 'bench', systemDatabaseUrl: url, logLevel: 'error' })
  const fourSteps = DBOS.registerWorkflow(runFourSteps, { name: 'fourSteps' })
  await DBOS.launch()
  return {
    async run(id) {
      const result = await fourSteps(1)
      if (result !== 4) throw new Error(`workflow ${id}: expected 4; got ${result}`)
    },
    [Symbol.asyncDispose]: () => DBOS.shutdown(),
  }
})
