import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Scope } from '../../call/scope.ts'
import { BanyanError } from '../../kernel/error.ts'
import type { Faults } from '../../kernel/faults.ts'
import { createIds } from '../../kernel/ids.ts'
import { createRuntime, type Runtime } from '../../kernel/runtime.ts'
import { seededRandom } from '../../kernel/random.ts'
import type { StoreFactory } from '../../store/factory.ts'
import { memoryStores } from '../../store/memory/index.ts'
import { sqliteStores } from '../../store/sqlite/index.ts'
import type { SagaRecord } from '../../store/records/saga-records.ts'
import type { Store, StoreTransaction } from '../../store/store.ts'
import { deadlineAfter } from '../../kernel/deadline.ts'
import { newTrace } from '../../telemetry/trace-context.ts'
import { openTestStore } from '../../store/suite/test-store.testsuite.ts'
import { bookOf, note } from './book.testsuite.ts'
import { createSagaEngine, type SagaEngine, type SagaFailure, type ShownSaga } from '../index.ts'
import type { AnySaga } from '../definitions.ts'
import type { StepWork } from '../run/saga-environment.ts'
import { manualClock, type ManualClock } from './manual-clock.testsuite.ts'
import { Participants } from './participants.testsuite.ts'
import type { SagaControl, SagaDefinition, SagaOptions } from '../saga.ts'

/** What an action of a test gets: a stand-in for the service layer's step context. */
export interface TestContext {
  readonly key: string
  readonly scope: Scope
  /** Asks a participant outside; it runs once per key. */
  call(operation: string, input?: unknown): Promise<unknown>
  /** Undoes what `operation` did for this step. */
  undo(operation: string): Promise<unknown>
  transaction<T>(body: (tx: StoreTransaction) => Promise<T>): Promise<T>
  checkpoint<T>(body: (tx: StoreTransaction) => Promise<T>): Promise<T>
}

/** Thrown at a fault point, in a process that is dead from then on. */
const CRASH = new Error('crash')

/** How a process of a test differs from the default. */
export interface ProcessOptions {
  /** Pretends that several processes share the store, so that leases count. */
  readonly shared?: boolean
  /** Crashes when this many fault points have been passed. */
  readonly crashAt?: number
  readonly clock?: ManualClock
  /** What it may hold. Default: that of a real process. */
  readonly memory?: Runtime['memory']
  /** The store answers the engine with this error until {@link SagaProcess.failing} is cleared. */
  readonly failing?: Error
}

/** Engines that a world can be kept in. */
export const SAGA_ENGINES = ['sqlite', 'memory'] as const
/** One of {@link SAGA_ENGINES}. */
export type SagaEngineName = (typeof SAGA_ENGINES)[number]

/** Everything that outlives a crash: the data, the participants, the time. */
export class SagaWorld implements AsyncDisposable {
  readonly #directory = mkdtempSync(path.join(tmpdir(), 'banyan-saga-'))
  /** Makes what a process opens its store with. */
  readonly stores: () => StoreFactory
  readonly clock = manualClock()
  readonly participants = new Participants()
  readonly logged: { level: string; message: string; fields: Record<string, unknown> }[] = []
  /** What must never be seen, e.g. an action that was sent before its step was durable. */
  readonly violations: string[] = []
  readonly #processes: SagaProcess[] = []
  #seed = 1

  constructor(engine: SagaEngineName = 'sqlite') {
    const memory = memoryStores({ allowLoss: true })
    this.stores = engine === 'memory' ? () => memory : () => sqliteStores({ directory: this.#directory })
  }

  /** Starts a process on the world's data. */
  async open(definitions: readonly AnySaga[], options: ProcessOptions = {}): Promise<SagaProcess> {
    const process = new SagaProcess(this, definitions, options, this.#seed++)
    this.#processes.push(process)
    await process.open()
    return process
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of this.#processes) await process.crash()
    rmSync(this.#directory, { recursive: true, force: true })
  }
}

/** One life of a process: a store handle and an engine. */
export class SagaProcess {
  readonly world: SagaWorld
  engine!: SagaEngine
  /** The real store; {@link engine} uses it through a gate that closes when the process dies. */
  store!: Store
  dead = false
  /** The store answers the engine with this error; undefined while it works. */
  failing: Error | undefined
  /** Fault points passed so far. */
  readonly points: string[] = []
  readonly runtime: Runtime
  readonly #definitions: readonly AnySaga[]
  readonly #options: ProcessOptions
  #closed: Promise<void> | undefined
  #onCrash: (() => void) | undefined
  readonly crashed = new Promise<void>((resolve) => {
    this.#onCrash = resolve
  })

  constructor(world: SagaWorld, definitions: readonly AnySaga[], options: ProcessOptions, seed: number) {
    this.world = world
    this.#definitions = definitions
    this.#options = options
    this.failing = options.failing
    const line = (level: string) => (message: string, fields: object) =>
      void world.logged.push({ level, message, fields: fields as Record<string, unknown> })
    const log = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error'), with: () => log } as Runtime['log']
    this.runtime = createRuntime({
      clock: options.clock ?? world.clock,
      random: seededRandom(seed),
      log,
      faults: this.#faults(),
      ...(options.memory ? { memory: options.memory } : {}),
    })
  }

  async open(): Promise<void> {
    const { faults: _, ...runtime } = this.runtime
    this.store = await openTestStore({ factory: this.world.stores() }, { service: 'test', runtime: createRuntime(runtime) })
    this.engine = this.build(this.store)
    await Promise.race([this.engine.run(), this.crashed])
  }

  /** Builds an engine on this process's gate to `store`; with another clock it stands for another process on a shared store. */
  build(store: Store, clock?: ManualClock): SagaEngine {
    return createSagaEngine({
      service: 'test',
      store: this.#gate(store),
      runtime: clock ? createRuntime({ ...this.runtime, clock, ids: createIds(clock, seededRandom(99)) }) : this.runtime,
      instance: 'test',
      definitions: this.#definitions,
      stepContext: (work) => this.#context(work),
    })
  }

  /** Starts a saga in a transaction of its own. */
  async start(definition: AnySaga, id: string, input: unknown = {}): Promise<void> {
    const scope = { correlationId: `flow-${id}`, trace: newTrace(this.runtime.ids) }
    await this.store.transaction((tx) => this.engine.start(tx, definition, { id, input }, scope))
  }

  async signal(id: string, name: string, signal?: { id?: string; data?: unknown }): Promise<void> {
    await this.store.transaction((tx) => this.engine.signal(tx, id, name, signal))
  }

  async requestRollback(id: string, reason = 'because'): Promise<boolean> {
    return (await this.store.transaction((tx) => this.engine.requestRollback(tx, id, reason))).value
  }

  /** Waits, in the world's time, until a saga is final or stuck. */
  async settled(id: string, timeoutMs = 120_000): Promise<SagaRecord> {
    const { clock } = this.runtime
    let saga: SagaRecord | undefined
    const waiting = this.engine.settled(id, deadlineAfter(clock, timeoutMs)).then((settled) => (saga = settled))
    const manual = this.#options.clock ?? this.world.clock
    for (let waited = 0; saga === undefined && waited < timeoutMs && !this.dead; waited += 100) await manual.advance(100)
    if (this.dead) throw new Error('the process is dead')
    await waiting
    if (!saga) throw new Error(`saga ${id} did not settle: ${JSON.stringify(await this.show(id))}`)
    return saga
  }

  async show(id: string): Promise<ShownSaga & { readonly failure: SagaFailure | undefined; readonly states: Record<string, string> }> {
    const shown = await this.store.read(async (tx) => ({ saga: await tx.sagas.find(id), steps: await tx.sagas.steps(id) }))
    if (!shown.saga) throw new Error(`no saga ${id}`)
    const failure = shown.saga.failure === null ? undefined : (JSON.parse(shown.saga.failure) as SagaFailure)
    const states = Object.fromEntries(shown.steps.map(({ name, state }) => [name, state]))
    return { saga: { ...shown.saga, versionMissing: false }, steps: shown.steps, failure, states }
  }

  /** Entries that local steps wrote into the service's own table. */
  book(): Promise<string[]> {
    return bookOf(this.store)
  }

  /** Dies: nothing it had under way is heard of again. */
  async crash(): Promise<void> {
    this.#die()
    await (this.#closed ??= this.store?.close() ?? Promise.resolve())
  }

  async stop(): Promise<void> {
    await this.engine.stop()
    await this.crash()
  }

  #die(): void {
    this.dead = true
    this.#onCrash?.()
  }

  #faults(): Faults {
    return {
      at: (name) => {
        if (this.dead) throw CRASH
        this.points.push(name)
        if (this.points.length !== this.#options.crashAt) return
        this.#die()
        throw CRASH
      },
    }
  }

  /** The store as the engine sees it: silent once the process is dead. */
  #gate(store: Store): Store {
    const alive = <T>(work: () => Promise<T>): Promise<T> => {
      if (this.dead) return new Promise<T>(() => {})
      if (this.failing) return Promise.reject(this.failing)
      return work().then((value) => (this.dead ? new Promise<T>(() => {}) : value))
    }
    return {
      features: { ...store.features, shared: this.#options.shared ?? store.features.shared },
      feed: store.feed,
      transaction: (body) => alive(() => store.transaction(body)),
      read: (body) => alive(() => store.read(body)),
      readApart: (body, options) => alive(() => store.readApart(body, options)),
      ping: () => store.ping(),
      close: () => store.close(),
    }
  }

  /** P8: what undoes a step is durable before its action is sent. */
  async #expectStarted(key: string): Promise<void> {
    const [saga = '', name] = key.split(':')
    const steps = await this.store.read((tx) => tx.sagas.steps(saga))
    if (!steps.some((step) => step.name === name)) this.world.violations.push(`${key} was sent before its step was durable`)
  }

  #context({ scope, enlist, key, guard, progress }: StepWork): TestContext {
    const alive = <T>(work: () => Promise<T>): Promise<T> => (this.dead ? new Promise<T>(() => {}) : work())
    const { participants } = this.world
    const { store } = this
    return {
      key,
      scope,
      call: (operation, input) =>
        alive(async () => {
          await this.#expectStarted(key)
          return alive(() => participants.perform(operation, key, input, this.runtime.clock))
        }),
      undo: (operation) => alive(() => participants.undo(operation, key.slice(0, -':undo'.length), this.runtime.clock)),
      transaction: async (body) =>
        (
          await this.#gate(store).transaction(async (tx) => {
            const value = await body(tx)
            await enlist(tx, value)
            return value
          })
        ).value,
      checkpoint: async (body) => {
        const { value } = await this.#gate(store).transaction(async (tx) => {
          const result = await body(tx)
          await guard(tx)
          return result
        })
        progress.acted = true
        return value
      },
    }
  }
}

/** Defines a saga for tests. */
export function aSaga<I = Record<string, never>>(
  name: string,
  run: (control: SagaControl<TestContext>, input: I) => Promise<unknown>,
  options: SagaOptions = {},
): SagaDefinition<TestContext, I, unknown> {
  return { kind: 'saga', name, run, options }
}

/** A step that asks a participant, and undoes it. */
export function remote(operation: string, input?: unknown) {
  return {
    action: ({ call }: TestContext) => call(operation, input),
    compensation: ({ undo }: TestContext) => undo(operation),
  }
}

/** A step that only writes into the service's own store. */
export function local(entry: string, options: { readonly local?: boolean } = {}) {
  return {
    ...options,
    action: ({ transaction, key }: TestContext) => transaction((tx) => note(tx, `${key} ${entry}`)),
    compensation: ({ transaction, key }: TestContext) => transaction((tx) => note(tx, `${key} ${entry}`)),
  }
}

/** The error that a participant which knows its answer gives. */
export function declined(code = 'declined'): BanyanError {
  return new BanyanError(code, `${code} by the participant`, { data: { code }, declared: true, from: 'participant.act' })
}
