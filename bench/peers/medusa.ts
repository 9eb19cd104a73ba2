// Medusa's workflows, run in this process's memory: what a crash interrupts is lost.
import { createStep, createWorkflow, StepResponse, type WorkflowData, WorkflowResponse } from '@medusajs/workflows-sdk'
import { measureSagas } from '../saga-load.ts'

interface Value {
  readonly amount: number
}

const first = createStep('one', async ({ amount }: Value) => new StepResponse({ amount }))
const following = ['two', 'three', 'four'].map((name) =>
  createStep(name, async ({ amount }: Value) => new StepResponse({ amount: amount + 1 })),
)

const fourSteps = createWorkflow('four-steps', function compose(input: WorkflowData<Value>) {
  let value = first(input)
  for (const step of following) value = step(value)
  return new WorkflowResponse(value)
})

await measureSagas(async () => ({
  async run(id) {
    const { result } = await fourSteps().run({ input: { amount: 1 } })
    if (result.amount !== 4) throw new Error(`workflow ${id}: expected 4; got ${result.amount}`)
  },
  async [Symbol.asyncDispose]() {},
}))
