import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createRuntime } from '../../kernel/runtime.ts'
import type { Store } from '../../store/store.ts'
import type { StoreHarness, StorePlace } from '../../store/suite/store.testsuite.ts'
import { openTestStore } from '../../store/suite/test-store.testsuite.ts'
import { bookOf } from './book.testsuite.ts'
import { CHILD_SERVICE, type SagaChildTask } from './saga-child.testsuite.ts'

const CHILD = fileURLToPath(new URL('saga-child.testsuite.ts', import.meta.url))

/** A running child. */
export interface SagaChild {
  readonly process: ChildProcess
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
  /** Resolves when the child has said a line that begins so. */
  said(beginning: string): Promise<void>
}

/** Where processes that share sagas meet: a place for stores, and a directory for what stands outside. */
export class SagaChildren implements AsyncDisposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'banyan-sagas-'))
  readonly #place: StorePlace
  readonly #children: SagaChild[] = []

  private constructor(place: StorePlace) {
    this.#place = place
  }

  static async create(harness: StoreHarness): Promise<SagaChildren> {
    return new SagaChildren(await harness.createPlace())
  }

  /** Starts a process. */
  start(task: Partial<SagaChildTask>): SagaChild {
    const whole: SagaChildTask = {
      ...this.#place.child,
      directory: this.directory,
      name: 's',
      count: 0,
      saga: 'order',
      until: 'done',
      ...task,
    }
    const child = spawn(execPath, [CHILD, JSON.stringify(whole)], { stdio: ['pipe', 'pipe', 'inherit'] })
    const lines: string[] = []
    const reader = createInterface({ input: child.stdout })
    reader.on('line', (line) => lines.push(line))
    const started: SagaChild = {
      process: child,
      ended: once(child, 'exit').then(([code, signal]: (number | string | null)[]) => signal ?? code ?? -1),
      async said(beginning) {
        while (!lines.some((line) => line.startsWith(beginning))) await once(reader, 'line')
      },
    }
    this.#children.push(started)
    return started
  }

  /** Opens the children's store in this process. */
  open(): Promise<Store> {
    return openTestStore(this.#place, { service: CHILD_SERVICE, runtime: createRuntime() })
  }

  /** Lines of a file outside. */
  lines(file: 'ledger.txt' | 'accepted.txt'): string[] {
    const path = join(this.directory, file)
    return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').filter(Boolean) : []
  }

  /** Checks that every accepted saga has ended as it should, with each effect once or undone. */
  async inspect(): Promise<void> {
    const store = await this.open()
    try {
      const sagas = await store.read((tx) => tx.sagas.list({ limit: 1_000 }))
      const known = new Set(sagas.map(({ id }) => id))
      for (const id of this.lines('accepted.txt')) assert.ok(known.has(id), `${id} was accepted and is lost`)
      const book = await bookOf(store)
      for (const { id, status } of sagas) {
        const declined = Number(/\d+$/.exec(id)?.[0]) % 3 === 0
        assert.equal(status, declined ? 'compensated' : 'completed', id)
        const steps = await store.read((tx) => tx.sagas.steps(id))
        assert.deepEqual([...new Set(steps.map(({ state }) => state))], [declined ? 'compensated' : 'done'], id)
        const entries = book.filter((entry) => entry.startsWith(`${id}:`))
        assert.deepEqual(
          entries,
          declined ? [`${id}:book`, `${id}:book:undo`] : [`${id}:book`, `${id}:note`],
          'local steps run exactly once',
        )
        this.#inspectOutside(id, declined)
      }
    } finally {
      await store.close()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { process, ended } of this.#children) {
      if (process.exitCode === null && process.signalCode === null) process.kill('SIGKILL')
      await ended
    }
    await this.#place[Symbol.asyncDispose]()
    rmSync(this.directory, { recursive: true, force: true })
  }

  /** What was done outside stands or is undone, as the saga ended. */
  #inspectOutside(id: string, declined: boolean): void {
    const own = this.lines('ledger.txt').filter((request) => request.includes(` ${id}:`))
    const last = (step: string): string | undefined => own.findLast((request) => request.endsWith(` ${id}:${step}`))
    if (declined) assert.equal(last('reserve'), `undo ${id}:reserve`)
    else assert.deepEqual(['reserve', 'charge', 'ship'].map(last), [`do ${id}:reserve`, `do ${id}:charge`, `do ${id}:ship`])
  }
}
