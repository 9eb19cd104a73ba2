import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { ANONYMOUS, command, contract, Type } from '../../contract/index.ts'
import { ByteBudget, createMemoryBudgets, textBytes } from '../../kernel/byte-budget.ts'
import { type BanyanError, createRuntime, deadlineAfter } from '../../kernel/index.ts'
import { sqliteStores } from '../../store/sqlite/index.ts'
import { createMetrics, createTracing, newTrace } from '../../telemetry/index.ts'
import { define } from '../define/define.ts'
import { createNotifier } from '../handler/notifier.ts'
import { operationRunner } from './operation-runner.ts'
import type { ServiceRuntime } from '../handler/service-runtime.ts'

/** Characters of a large text. */
const LARGE = 200_000
/** Answers that are repeated at once. */
const COUNT = 200
/** Large answers for which there is room. */
const FIT = 5

const texts = contract('texts', {
  operations: {
    make: command('POST /api/texts', {
      input: Type.Object({ length: Type.Integer() }),
      output: Type.Object({ text: Type.String() }),
      access: 'public',
    }),
  },
})
const { operation, definition } = define(texts)

test('large answers that are repeated at once are held within the budget of the process; the others are told to come back', async () => {
  const answers = new ByteBudget(FIT * textBytes(LARGE + 100))
  await using world = await aWorld(answers)
  const gate = Promise.withResolvers<void>()
  let waiting = 0
  const call = world.runner(async (output) => (waiting++, await gate.promise, output))
  const first = [call(LARGE, 'large'), call(10, 'small')]
  gate.resolve()
  await Promise.all(first)
  assert.equal(answers.peak, 0, 'what is answered for the first time is not kept')

  const held = Promise.withResolvers<void>()
  waiting = 0
  const again = world.runner(async (output) => (waiting++, await held.promise, output))
  const refused: BanyanError[] = []
  const repeated = Array.from({ length: COUNT }, () => again(LARGE, 'large').catch((error: BanyanError) => void refused.push(error)))
  while (refused.length + waiting < COUNT) await turn()
  assert.equal(waiting, FIT)
  for (const { code, status, retry, retryAfterMs, message } of refused) {
    assert.deepEqual({ code, status, retry, retryAfterMs }, { code: 'overloaded', status: 503, retry: 'safe', retryAfterMs: 1_000 })
    assert.match(message, /try again with the same key/)
  }
  const small = again(10, 'small')
  while (waiting === FIT) await turn()
  held.resolve()
  assert.deepEqual(await small, { text: 'x'.repeat(10) }, 'a small one does not wait for large ones')
  await Promise.all(repeated)
  assert.ok(answers.peak <= answers.bytesMax + textBytes(100), `${answers.peak} bytes were held`)
  assert.equal(answers.used, 0)
  assert.deepEqual(await again(LARGE, 'large'), { text: 'x'.repeat(LARGE) }, 'the same key finds the answer later')
})

test('an answer that is not repeated after all is held no longer', async () => {
  const { answers } = createMemoryBudgets()
  await using world = await aWorld(answers)
  await world.runner(async (output) => output)(LARGE, 'k')
  const broken = world.runner(() => Promise.reject(new Error('broken')))
  await assert.rejects(broken(LARGE, 'k'), { code: 'internal' })
  assert.ok(answers.peak >= textBytes(LARGE))
  assert.equal(answers.used, 0)
})

/** A service that makes texts, in a process with one budget. */
async function aWorld(answers: ByteBudget) {
  const directory = mkdtempSync(path.join(tmpdir(), 'banyan-answers-'))
  const runtime = createRuntime({ memory: { ...createMemoryBudgets(), answers } })
  const store = await sqliteStores({ directory }).open({ service: 'texts', migrations: [], runtime })
  const ports = {
    runtime,
    store,
    repository: () => ({}),
    tracing: createTracing({ ids: runtime.ids }),
    metrics: createMetrics(),
    notifier: createNotifier(),
  }
  const service = { name: 'texts', definition, ...ports, clients: () => ({}), resources: undefined } as unknown as ServiceRuntime
  return {
    /** Returns how to ask for a text with a key. */
    runner(answer: (output: { text: string }) => Promise<{ text: string }>) {
      const make = operation('make', async ({ length }, { transaction }) => transaction(async () => ({ text: 'x'.repeat(length) })), {
        answer,
      })
      const { run } = operationRunner(service, texts.operations.make, make)
      return async (length: number, key: string): Promise<unknown> => {
        const flow = { trace: newTrace(runtime.ids), correlationId: 'c', causationId: 'c' }
        const scope = { principal: ANONYMOUS, deadline: deadlineAfter(runtime.clock, 30_000), key, ...flow }
        return (await run({ service: 'texts', operation: 'make', input: { length }, scope })).output
      }
    },
    async [Symbol.asyncDispose]() {
      await store.close()
      rmSync(directory, { recursive: true })
    },
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}
