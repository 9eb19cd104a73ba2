import { refusingCalls } from '../../call/client.ts'
import type { Principal } from '../../contract/access.ts'
import { durationMs, type Duration } from '../../kernel/duration.ts'
import { remainingMs } from '../../kernel/deadline.ts'
import { BanyanError, misuse, toBanyanError } from '../../kernel/error.ts'
import type { Logger } from '../../kernel/logger.ts'
import { apartEnd } from '../../store/apart.ts'
import type { StoreReader } from '../../store/store.ts'
import type { ProjectionDefinition } from '../../projection/projection.ts'
import { authorTransaction } from './author-transaction.ts'
import type { ServiceContext } from '../define/service-parts.ts'
import type { ServiceRuntime } from './service-runtime.ts'
import type { Work } from './work.ts'

/** How often `until` looks again without being notified, in a process of its own. */
const UNTIL_POLL_MS = 1_000
/** The same where other processes share the store and their notifications do not reach this one. */
const UNTIL_POLL_SHARED_MS = 200

type Body = (tx: never) => unknown

/**
 * What every handler gets, bound to one piece of work. Handlers take it apart by name, so each part is a getter:
 * only what a handler uses is made, which matters for the price of a call.
 */
export class WorkContext {
  readonly #service: ServiceRuntime
  readonly #work: Work
  #call: unknown
  #log: Logger | undefined

  constructor(service: ServiceRuntime, work: Work) {
    this.#service = service
    this.#work = work
  }
  get call(): unknown {
    return (this.#call ??= this.#service.clients(this.#work.scope, this.#work.progress))
  }
  get transaction() {
    return (body: Body) => transact(this.#service, this.#work, body, true)
  }
  get checkpoint() {
    return (body: Body) => transact(this.#service, this.#work, body, false)
  }
  get read() {
    return (body: Body) => read(this.#service, body)
  }
  get readApart() {
    return (body: Body) => readApart(this.#service, this.#work, body)
  }
  get until() {
    return (key: string, timeout: Duration, body: Body) => until(this.#service, key, durationMs(timeout), body)
  }
  get resources(): unknown {
    return this.#service.resources.value
  }
  get log(): Logger {
    return (this.#log ??= this.#service.runtime.log.with({ service: this.#service.name, trace_id: this.#work.scope.trace.traceId }))
  }
  get principal(): Principal {
    return this.#work.scope.principal
  }
  get correlationId(): string {
    return this.#work.scope.correlationId
  }
  get flow() {
    return (correlationId: string): void => {
      this.#work.scope = { ...this.#work.scope, correlationId }
      this.#call = undefined
    }
  }
  get now(): () => number {
    return this.#service.runtime.clock.now
  }
  get id(): () => string {
    return this.#service.runtime.ids.uuid
  }
  get remainingMs(): () => number {
    return () => remainingMs(this.#service.runtime.clock, this.#work.scope.deadline)
  }
  get origin(): string | undefined {
    return this.#work.scope.origin
  }
  get abandoned(): () => boolean {
    const { clock } = this.#service.runtime
    const { abandoned, deadline } = this.#work.scope
    return () => remainingMs(clock, deadline) <= 0 || (abandoned?.() ?? false)
  }
}

/** Builds a {@link WorkContext} with the types that authors see. */
export function handlerContext(service: ServiceRuntime, work: Work): ServiceContext {
  return new WorkContext(service, work) as unknown as ServiceContext
}

async function transact(service: ServiceRuntime, work: Work, body: Body, last: boolean): Promise<never> {
  if (work.committed) misuse(`a handler of ${service.name} opened a second transaction; use checkpoint for an earlier commit (law 3)`)
  if (work.busy) misuse(`a handler of ${service.name} opened two transactions at once; await the first`)
  work.busy = true
  try {
    const commit = await service.store.transaction(async (store) => {
      if (remainingMs(service.runtime.clock, work.scope.deadline) <= 0)
        throw new BanyanError('deadline_exceeded', 'the deadline passed before the transaction began; nothing was changed', {
          retry: 'safe',
        })
      if (last) await work.before?.(store) // alone: a body that ran for an event consumed before would fail on what it did then, and hide why
      const tx = authorTransaction(service, store, work)
      const value = await refusingCalls(service.name, async () => body(tx as never))
      await (last ? work.after?.(store, value) : work.atCheckpoint?.(store))
      return value
    })
    if (work.progress) work.progress.acted = true
    if (commit.token !== undefined) work.token = commit.token
    if (last) {
      work.committed = true
      work.value = commit.value
    }
    return commit.value as never
  } catch (thrown) {
    if (work.progress && mayHaveActed(work, toBanyanError(thrown))) work.progress.acted = true
    throw thrown
  } finally {
    work.busy = false
  }
}

function mayHaveActed({ mayActOutside = false }: Work, { retry }: BanyanError): boolean {
  return retry === 'unknown' || (retry === 'safe' && mayActOutside)
}

function read(service: ServiceRuntime, body: Body): Promise<never> {
  return service.store.read(async (store) => body(snapshotOf(service, store))) as Promise<never>
}

async function readApart(service: ServiceRuntime, { scope }: Work, body: Body): Promise<never> {
  const { clock } = service.runtime
  using end = apartEnd(clock, { timeoutMs: Math.max(0, remainingMs(clock, scope.deadline)) })
  await service.apartTurns.take(end)
  try {
    if (scope.abandoned?.()) throw new BanyanError('cancelled', 'a read was not begun because nobody waits for it any more')
    const timeoutMs = Math.max(0, remainingMs(clock, scope.deadline))
    return (await service.store.readApart(async (store) => body(snapshotOf(service, store)), { timeoutMs })) as never
  } finally {
    service.apartTurns.release()
  }
}

function snapshotOf(service: ServiceRuntime, { database }: Pick<StoreReader, 'database'>): never {
  // A repository's writing methods fail on a snapshot, because its connection cannot write (S8).
  return Object.assign(service.repository(database), { table: (p: ProjectionDefinition) => service.projectionTables(p) }) as never
}

async function until(service: ServiceRuntime, key: string, timeoutMs: number, body: Body): Promise<unknown> {
  const { clock } = service.runtime
  const end = clock.monotonic() + timeoutMs
  const pollMs = service.store.features.shared ? UNTIL_POLL_SHARED_MS : UNTIL_POLL_MS
  let notified = false
  let wake: (() => void) | undefined
  const stop = service.notifier.listen(key, () => {
    notified = true
    wake?.()
  })
  try {
    for (;;) {
      notified = false
      const value = await read(service, body)
      const left = end - clock.monotonic()
      if (value !== undefined || left <= 0) return value
      if (notified) continue
      await new Promise<void>((resolve) => {
        const cancel = clock.setTimer(Math.min(left, pollMs), resolve)
        wake = () => {
          cancel()
          resolve()
        }
      })
    }
  } finally {
    stop()
  }
}
