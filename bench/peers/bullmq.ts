// BullMQ: a job of four steps that stores its data after each step, so that a retry goes on behind the last one, as its guide on steps does.
import { Queue, QueueEvents, Worker } from 'bullmq'
import { measureSagas } from '../saga-load.ts'

const STEPS = 4

interface Saga {
  readonly step: number
  readonly amount: number
}

await measureSagas(async ({ url, inFlight }) => {
  const { hostname: host, port } = new URL(url)
  const connection = { host, port: Number(port) }
  const queue = new Queue<Saga, number>('saga', { connection })
  const events = new QueueEvents('saga', { connection })
  const worker = new Worker<Saga, number>(
    'saga',
    async (job) => {
      let { step, amount } = job.data
      for (; step < STEPS; step++, amount++) await job.updateData({ step: step + 1, amount: amount + 1 })
      return amount
    },
    { connection: { ...connection, maxRetriesPerRequest: null }, concurrency: Math.max(...inFlight) },
  )
  queue.setMaxListeners(0) // each waiting caller is one
  events.setMaxListeners(0)
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady(), worker.waitUntilReady()])
  return {
    async run(id) {
      const job = await queue.add('four-steps', { step: 0, amount: 0 }, { jobId: id, removeOnComplete: 1_000 })
      const result = await job.waitUntilFinished(events)
      if (result !== STEPS) throw new Error(`job ${id}: expected ${STEPS}; got ${result}`)
    },
    async [Symbol.asyncDispose]() {
      await worker.close()
      await events.close()
      await queue.close()
    },
  }
})
