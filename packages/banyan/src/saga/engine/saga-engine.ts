import { AsyncLocalStorage } from 'node:async_hooks'
import type { Scope } from '../../call/scope.ts'
import { servicePrincipal } from '../../contract/access.ts'
import { type Deadline, deadlineAfter, within } from '../../kernel/deadline.ts'
import { misuse } from '../../kernel/error.ts'
import { assertPathId } from '../../kernel/path-id.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { READY_AT, type SagaRecord } from '../../store/records/saga-records.ts'
import type { Store, StoreTransaction } from '../../store/store.ts'
import type { Tracing } from '../../telemetry/index.ts'
import { formatTraceparent } from '../../telemetry/trace-context.ts'
import { createSagaAdmin, type SagaAdmin } from './saga-admin.ts'
import { Claimer } from './claimer.ts'
import { type AnySaga, type LoadedSaga, SagaDefinitions } from '../definitions.ts'
import type { RunEnd, SagaEnvironment, StepContextFactory } from '../run/saga-environment.ts'
import { execute } from '../run/execute.ts'
import { inputText } from '../input.ts'
import { createLease, type SagaLease } from './lease.ts'
import { type LoadedRecords, SagaRun } from '../run/saga-run.ts'
import type { SagaStart } from '../saga.ts'
import { SettledWaiters } from './settled-waiters.ts'
import { requestRollback, type SagaSignal, sendSignal } from './requests.ts'

/** Sagas in memory at once; each takes a few kilobytes and a place in the calls that run. The rest waits in the table. */
export const SAGAS_IN_MEMORY_MAX = 1_000
/** How long a stop waits for steps under way: as long as one attempt may take by default. */
const DRAIN_MS = 15_000
/** Longest id of a saga: it is part of idempotency keys, which other systems limit to 255 characters. */
const ID_LENGTH_MAX = 100

/** What an engine needs. */
export interface SagaEngineOptions {
  /** Name of the service. */
  readonly service: string
  readonly store: Store
  readonly runtime: Runtime
  /** Name of this running copy, for people; the engine makes it unique. */
  readonly instance: string
  readonly definitions: readonly AnySaga[]
  readonly stepContext: StepContextFactory
  /** Records a span per attempt of a step. Default: none. */
  readonly tracing?: Tracing
}

/** Runs the sagas of one service (P7–P14). */
export interface SagaEngine {
  /**
   * Starts a saga as part of the caller's transaction; it runs here as soon as that is durable. Starting an id twice is starting it once.
   * Throws `misuse` for a definition that the service does not list, and for an id by which operators could not ask for the saga.
   */
  start(tx: StoreTransaction, definition: AnySaga, start: SagaStart<unknown>, scope: Pick<Scope, 'correlationId' | 'trace'>): Promise<void>
  /** Begins to run sagas; resolves when those that were left behind are under way. */
  run(): Promise<void>
  /** Takes no more, waits for steps under way (bounded), gives the rest back. */
  stop(): Promise<void>
  /** Resolves with the saga once it is final or stuck, with undefined when the deadline passes first. */
  settled(id: string, deadline: Deadline): Promise<SagaRecord | undefined>
  /** Sends a signal; it is kept until the saga waits for it, also when that is not started yet (P12). */
  signal(tx: StoreTransaction, id: string, name: string, signal?: SagaSignal): Promise<void>
  /** Asks a saga to roll back. Returns false when it cannot: unknown, committed, rolling back or final. */
  requestRollback(tx: StoreTransaction, id: string, reason: string): Promise<boolean>
  /** For people: list, show, retry, skip, roll back. */
  readonly admin: SagaAdmin
  /** How many sagas are in memory. */
  readonly size: number
}

/** Builds the saga engine of one service. Nothing runs before {@link SagaEngine.run}. */
export function createSagaEngine(options: SagaEngineOptions): SagaEngine {
  return new Engine(options)
}

class Engine implements SagaEngine {
  readonly admin: SagaAdmin
  readonly #options: SagaEngineOptions
  readonly #definitions: SagaDefinitions
  readonly #environment: SagaEnvironment
  readonly #lease: SagaLease
  readonly #claimer: Claimer
  readonly #waiters: SettledWaiters
  readonly #runs = new Map<string, SagaRun>()
  /** Sagas run in the context of the engine's making, not in that of whichever request or transaction happened to start them. */
  readonly #inOwnContext = AsyncLocalStorage.snapshot()
  #running = false
  #emptied: (() => void) | undefined

  constructor(options: SagaEngineOptions) {
    const { service, store, runtime, instance, stepContext, tracing } = options
    this.#options = options
    this.#definitions = new SagaDefinitions(service, options.definitions)
    this.#lease = createLease({ store, runtime, instance, onLost: () => this.#abandonAll() })
    this.#environment = { service, store, runtime, stepContext, tracing, lease: this.#lease, principal: servicePrincipal(service) }
    this.#waiters = new SettledWaiters(store, runtime)
    this.#claimer = new Claimer({
      store,
      runtime,
      service,
      kinds: this.#definitions.kinds,
      lease: this.#lease,
      slots: () => this.#slots(),
      bytesLeft: () => options.runtime.memory.journals.left,
      loaded: (id) => this.#runs.has(id),
      load: (records) => this.#load(records),
    })
    this.admin = createSagaAdmin({ environment: this.#environment, definitions: this.#definitions, poke: (id) => this.#poke(id) })
  }

  get size(): number {
    return this.#runs.size
  }

  async start(
    tx: StoreTransaction,
    { name }: AnySaga,
    { id, input }: SagaStart<unknown>,
    scope: Pick<Scope, 'correlationId' | 'trace'>,
  ): Promise<void> {
    const definition = this.#definitions.get(name)
    checkId(name, id)
    const here = this.#lease.valid() && this.#slots() > 0
    const record = this.#newSaga(definition, id, input, scope, here)
    if (!(await tx.sagas.insert(record))) return
    tx.afterCommit(() => (here ? this.#load({ record, steps: [] }) : this.#claimer.kick()))
  }

  async run(): Promise<void> {
    if (this.#definitions.kinds.length === 0) return
    await this.#lease.start()
    this.#running = true
    await this.#claimer.start()
  }

  async stop(): Promise<void> {
    if (!this.#running) return
    this.#running = false
    await this.#claimer.stop()
    await this.#drain()
    await this.#lease.stop()
  }

  settled(id: string, deadline: Deadline): Promise<SagaRecord | undefined> {
    return this.#waiters.wait(id, deadline, this.#runs.has(id))
  }

  async signal(tx: StoreTransaction, id: string, name: string, signal: SagaSignal = {}): Promise<void> {
    // No saga can ever have such an id: the signal would wait in vain.
    assertPathId(`the saga that signal "${name}" is for`, id)
    await sendSignal(tx, this.#options.runtime, id, name, signal)
    tx.afterCommit(() => this.#poke(id))
  }

  async requestRollback(tx: StoreTransaction, id: string, reason: string): Promise<boolean> {
    const accepted = await requestRollback(tx, this.#options.runtime.clock.now(), id, reason)
    if (accepted) tx.afterCommit(() => this.#poke(id, reason))
    return accepted
  }

  #newSaga(
    definition: LoadedSaga,
    id: string,
    input: unknown,
    { correlationId, trace }: Pick<Scope, 'correlationId' | 'trace'>,
    here: boolean,
  ): SagaRecord {
    const { name, version, deadlineMs } = definition
    const now = this.#options.runtime.clock.now()
    return {
      id,
      name,
      version,
      status: 'running',
      input: inputText(definition, input),
      output: null,
      failure: null,
      committed: false,
      rollbackRequested: null,
      wakeAt: here ? null : READY_AT,
      deadlineAt: deadlineMs === undefined ? null : now + deadlineMs,
      owner: here ? this.#lease.owner : null,
      epoch: here ? 1 : 0,
      callerKeys: true,
      correlationId,
      traceparent: formatTraceparent(trace),
      createdAt: now,
      updatedAt: now,
    }
  }

  /** How many more fit into memory. Where other services fill what there is, each still has one saga at a time. */
  #slots(): number {
    if (!this.#running) return 0
    const isFull = this.#options.runtime.memory.journals.left === 0
    return isFull ? Math.max(0, 1 - this.#runs.size) : SAGAS_IN_MEMORY_MAX - this.#runs.size
  }

  #load(records: LoadedRecords): void {
    const definition = this.#definitions.find(records.record)
    if (!definition) return
    const run = new SagaRun(this.#environment, definition, records, (ended, end) => this.#ended(ended, end))
    this.#runs.get(run.id)?.abandon()
    this.#runs.set(run.id, run)
    this.#inOwnContext(() => execute(run))
    if (!this.#running) run.drain()
  }

  #ended(run: SagaRun, end: RunEnd): void {
    if (this.#runs.get(run.id) === run) this.#runs.delete(run.id)
    run.journal.bytes.end()
    if (end.how === 'final' || end.how === 'stuck') this.#waiters.settled(end.record)
    if (end.how === 'suspended') this.#claimer.wake(end.wakeAt)
    this.#claimer.slotFreed(this.#runs.size === 0)
    if (this.#runs.size === 0) this.#emptied?.()
  }

  /** Something changed for a saga: it looks now if it is here, else it is taken over if it is due. */
  #poke(id: string, rollback?: string): void {
    const run = this.#runs.get(id)
    if (!run) return this.#claimer.kick()
    this.#inOwnContext(() => (rollback === undefined ? run.check() : run.requestRollback(rollback)))
  }

  #abandonAll(): void {
    for (const run of this.#runs.values()) run.abandon()
  }

  async #drain(): Promise<void> {
    const { clock, log } = this.#options.runtime
    if (this.#runs.size === 0) return
    const emptied = new Promise<void>((resolve) => (this.#emptied = resolve))
    for (const run of this.#runs.values()) run.drain()
    try {
      await within(clock, deadlineAfter(clock, DRAIN_MS), 'a saga engine that stops', emptied)
    } catch {
      log.warn('sagas were still busy when their service stopped; another run goes on with them', {
        service: this.#options.service,
        count: this.#runs.size,
      })
      const left = [...this.#runs.values()]
      this.#abandonAll()
      await this.#giveBack(left)
    }
  }

  async #giveBack(runs: readonly SagaRun[]): Promise<void> {
    const { store, runtime } = this.#options
    for (const { id, epoch } of runs)
      await store
        .transaction((tx) => tx.sagas.update(id, epoch, { owner: null, wakeAt: READY_AT }))
        .catch((error: unknown) => runtime.log.warn('a saga could not be given back; its lease ends by itself', { id, error }))
  }
}

function checkId(name: string, id: string): void {
  assertPathId(`the id of saga "${name}"`, id)
  if (id.length === 0 || id.length > ID_LENGTH_MAX)
    misuse(`the id of saga "${name}" is ${JSON.stringify(id)}; it must have 1 to ${ID_LENGTH_MAX} characters`)
}
