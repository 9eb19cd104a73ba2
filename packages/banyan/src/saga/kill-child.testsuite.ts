// A process that runs sagas and kills itself at a fault point: the child of kill.integration.ts.
// Arguments: directory, fault point or "-", which visit of it strikes, number of sagas to start or 0.
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { kill, pid } from 'node:process'
import { BanyanError } from '../kernel/error.ts'
import { deadlineAfter } from '../kernel/deadline.ts'
import { createRuntime } from '../kernel/runtime.ts'
import { sqliteStores } from '../store/sqlite/index.ts'
import type { StoreTransaction } from '../store/store.ts'
import { newTrace } from '../telemetry/trace-context.ts'
import { BOOK_TABLE } from './book-table.testsuite.ts'
import { createSagaEngine } from './index.ts'
import type { SagaControl, SagaDefinition } from './saga.ts'

/** Time for all sagas of one life; far more than they need. */
const LIFE_MS = 20_000

interface ChildContext {
  readonly key: string
  transaction(body: (tx: StoreTransaction) => Promise<unknown>): Promise<unknown>
}

const [directory = '', strikeAt = '-', visit = '1', count = '0'] = process.argv.slice(2)
const ledger = join(directory, 'ledger.txt')

/** The world outside is a file: what is written there stays, whoever dies. A key counts once, and an undo makes a later do void. */
function outside(line: string): Promise<unknown> {
  const known = existsSync(ledger) ? readFileSync(ledger, 'utf8').split('\n') : []
  if (line.startsWith('do ') && known.includes(`undo ${line.slice(3)}`))
    throw new BanyanError('failed_precondition', 'undone before it was done')
  appendFileSync(ledger, `${line}\n`)
  return Promise.resolve({ line })
}

const remote = {
  action: ({ key }: ChildContext) => outside(`do ${key}`),
  compensation: ({ key }: ChildContext) => outside(`undo ${key.slice(0, -':undo'.length)}`),
}
const local = {
  local: true,
  action: ({ transaction, key }: ChildContext) => transaction((tx) => tx.sql.run('INSERT INTO book VALUES (?)', key)),
  compensation: ({ transaction, key }: ChildContext) => transaction((tx) => tx.sql.run('INSERT INTO book VALUES (?)', key)),
}

/** Every third saga is declined after two steps; the others pass the commit point. */
async function run(s: SagaControl<ChildContext>, { number }: { number: number }): Promise<unknown> {
  await s.step('reserve', remote)
  await s.step('book', local)
  if (number % 3 === 0) s.rollback('declined')
  await s.step('charge', remote)
  await s.commit()
  await s.step('note', local)
  await s.step('ship', remote)
  return number
}

const definition: SagaDefinition<ChildContext, { number: number }, unknown> = { kind: 'saga', name: 'order', run, options: {} }

let left = Number(visit)
const faults = {
  at(name: string) {
    if (name.endsWith(`.${strikeAt}`) && --left === 0) kill(pid, 'SIGKILL')
  },
}
const runtime = createRuntime({ faults })
const store = await sqliteStores({ directory }).open({ service: 'kills', migrations: [BOOK_TABLE], runtime })
const engine = createSagaEngine({
  service: 'kills',
  store,
  runtime,
  instance: 'child',
  definitions: [definition],
  stepContext: (_scope, enlist, key) => ({
    key,
    transaction: async (body: (tx: StoreTransaction) => Promise<unknown>) =>
      store.transaction(async (tx) => {
        const value = await body(tx)
        await enlist(tx, value)
      }),
  }),
})
await engine.run()
for (let number = 1; number <= Number(count); number++) {
  const scope = { correlationId: `s${number}`, trace: newTrace(runtime.ids) }
  void store
    .transaction((tx) => engine.start(tx, definition, { id: `s${number}`, input: { number } }, scope))
    .then(() => appendFileSync(join(directory, 'accepted.txt'), `s${number}\n`))
}
// a later life waits for whatever it finds, also for what was committed but never acknowledged
const waited =
  Number(count) > 0
    ? Array.from({ length: Number(count) }, (_, index) => `s${index + 1}`)
    : (await engine.admin.list({ limit: 1_000 })).map(({ id }) => id)
await Promise.all(waited.map((id) => engine.settled(id, deadlineAfter(runtime.clock, LIFE_MS))))
await engine.stop()
await store.close()
