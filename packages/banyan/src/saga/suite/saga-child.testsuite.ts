// Run as a process of its own by saga-kill.testsuite.ts and saga-sharing.testsuite.ts, which kill or stop it. Argument: JSON of SagaChildTask.
import { appendFileSync, existsSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { argv, kill, pid, stdin } from 'node:process'
import { sleep } from '../../kernel/clock.ts'
import { deadlineAfter } from '../../kernel/deadline.ts'
import { BanyanError } from '../../kernel/error.ts'
import { createRuntime, type Runtime } from '../../kernel/runtime.ts'
import type { Store, StoreTransaction } from '../../store/store.ts'
import { newTrace } from '../../telemetry/trace-context.ts'
import { type ChildPlace, childStores, openTestStore } from '../../store/suite/test-store.testsuite.ts'
import { note } from './book.testsuite.ts'
import type { AnySaga } from '../definitions.ts'
import { createSagaEngine, type SagaEngine } from '../index.ts'
import type { SagaControl } from '../saga.ts'

/** What a child does. */
export interface SagaChildTask extends ChildPlace {
  /** Directory of what stands outside: the participants' ledger, and signs between processes. */
  readonly directory: string
  /** Sagas to start, named `<name>1`, `<name>2` … */
  readonly name: string
  readonly count: number
  /** `order`: several steps, every third saga is declined. `slow`: one that waits for the file `go` before it commits. */
  readonly saga: 'order' | 'slow'
  /** Ends when all sagas it knows have ended (`done`), or when its input ends (`told`). */
  readonly until: 'done' | 'told'
  /** Where to die, and at which visit. */
  readonly strike?: { readonly point: string; readonly visit: number }
}

/** Name of the children's service. */
export const CHILD_SERVICE = 'sagas'
/** Time for all sagas of one life; far more than they need. */
const LIFE_MS = 60_000
/** How often a slow action looks for its sign. */
const LOOK_MS = 20

interface ChildContext {
  readonly key: string
  transaction(body: (tx: StoreTransaction) => Promise<unknown>): Promise<unknown>
}

if (import.meta.main) await main(JSON.parse(argv[2] as string) as SagaChildTask)

async function main(task: SagaChildTask): Promise<void> {
  const line = (message: string): void => void writeSync(1, `log ${message}\n`)
  const log: Runtime['log'] = { debug: () => {}, info: () => {}, warn: line, error: line, with: () => log }
  const runtime = createRuntime({ faults: { at: striker(task.strike) }, log })
  const store = await openTestStore(await childStores(task), { service: CHILD_SERVICE, runtime })
  const definition = task.saga === 'order' ? orderSaga(task) : slowSaga(task, runtime)
  const engine = childEngine(store, runtime, definition)
  stdin.resume() // keeps the process alive while all that it does is wait for a next attempt
  await engine.run()
  writeSync(1, 'running\n')
  start(task, { store, runtime, engine, definition })
  if (task.until === 'told') await new Promise((resolve) => stdin.once('end', resolve))
  else await allSettled(task, engine, runtime)
  await engine.stop()
  await store.close()
  stdin.destroy()
}

function childEngine(store: Store, runtime: Runtime, definition: AnySaga): SagaEngine {
  return createSagaEngine({
    service: CHILD_SERVICE,
    store,
    runtime,
    instance: `child-${pid}`,
    definitions: [definition],
    stepContext: ({ enlist, key }): ChildContext => ({
      key,
      transaction: (body) =>
        store.transaction(async (tx) => {
          const value = await body(tx)
          await enlist(tx, value)
        }),
    }),
  })
}

interface ChildParts {
  readonly store: Store
  readonly runtime: Runtime
  readonly engine: SagaEngine
  readonly definition: AnySaga
}

/** Starts its sagas; each that was accepted is noted outside, as a caller would remember it. */
function start({ name, count, directory }: SagaChildTask, { store, runtime, engine, definition }: ChildParts): void {
  for (let number = 1; number <= count; number++) {
    const id = `${name}${number}`
    const scope = { correlationId: id, trace: newTrace(runtime.ids) }
    void store
      .transaction((tx) => engine.start(tx, definition, { id, input: { number } }, scope))
      .then(() => appendFileSync(join(directory, 'accepted.txt'), `${id}\n`))
  }
}

/** A first life knows its own sagas; a later one waits for whatever it finds, also for what was committed but never acknowledged. */
async function allSettled({ name, count }: SagaChildTask, engine: SagaEngine, runtime: Runtime): Promise<void> {
  const own = Array.from({ length: count }, (_, index) => `${name}${index + 1}`)
  const ids = count > 0 ? own : (await engine.admin.list({ limit: 1_000 })).map(({ id }) => id)
  await Promise.all(ids.map((id) => engine.settled(id, deadlineAfter(runtime.clock, LIFE_MS))))
}

function orderSaga(task: SagaChildTask): AnySaga {
  const remote = {
    action: ({ key }: ChildContext) => outside(task, `do ${key}`),
    compensation: ({ key }: ChildContext) => outside(task, `undo ${key.slice(0, -':undo'.length)}`),
  }
  const local = { local: true, action: book, compensation: book }
  const run = async (s: SagaControl<ChildContext>, { number }: { number: number }): Promise<unknown> => {
    await s.step('reserve', remote)
    await s.step('book', local)
    if (number % 3 === 0) s.rollback('declined')
    await s.step('charge', remote)
    await s.commit()
    await s.step('note', local)
    await s.step('ship', remote)
    return number
  }
  return { kind: 'saga', name: 'order', run, options: {} }
}

function slowSaga(task: SagaChildTask, { clock }: Runtime): AnySaga {
  const action = async (context: ChildContext): Promise<unknown> => {
    await outside(task, `do ${context.key}`)
    while (!existsSync(join(task.directory, 'go'))) await sleep(clock, LOOK_MS)
    return book(context).catch((error: unknown) => {
      writeSync(1, `refused ${error instanceof BanyanError ? error.code : 'otherwise'}\n`)
      throw error
    })
  }
  const run = (s: SagaControl<ChildContext>): Promise<unknown> => s.step('slow', { action, timeout: '10m' })
  return { kind: 'saga', name: 'slow', run, options: {} }
}

function book({ transaction, key }: ChildContext): Promise<unknown> {
  return transaction((tx) => note(tx, key))
}

/** The world outside is a file: what is written there stays, whoever dies. An undo makes a later do void. */
async function outside({ directory }: SagaChildTask, line: string): Promise<unknown> {
  const ledger = join(directory, 'ledger.txt')
  const known = existsSync(ledger) ? readFileSync(ledger, 'utf8').split('\n') : []
  const undone = line.startsWith('do ') && known.includes(`undo ${line.slice(3)}`)
  if (undone) throw new BanyanError('failed_precondition', 'undone before it was done')
  appendFileSync(ledger, `${line}\n`)
  return { line }
}

function striker(strike: SagaChildTask['strike']): (name: string) => void {
  let visits = 0
  return (name) => {
    if (name === strike?.point && ++visits === strike.visit) kill(pid, 'SIGKILL')
  }
}
