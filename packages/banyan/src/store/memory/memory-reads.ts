import { BanyanError } from '../../kernel/error.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { DocumentRecords } from '../documents/document-records.ts'
import type { Documents } from '../documents/documents.ts'
import type { StoreReader } from '../store.ts'
import { AWAITED_SOMETHING_ELSE, TurnGuard } from '../turn-guard.ts'
import type { MemoryData } from './memory-data.ts'
import { MemoryDocuments } from './memory-documents.ts'

/** Runs reads, each on the version that is committed when it begins (S8). None waits for another, or for a transaction. */
export class MemoryReads {
  readonly #data: MemoryData
  readonly #runtime: Runtime
  readonly #guard: TurnGuard
  readonly #running = new Map<MemoryDocuments, (reason: BanyanError) => void>()
  #idle: (() => void)[] = []

  constructor(data: MemoryData, runtime: Runtime) {
    this.#data = data
    this.#runtime = runtime
    this.#guard = new TurnGuard(runtime.clock, () => this.#abort())
  }

  /** Runs `body` on a snapshot. */
  async run<T>(body: (tx: StoreReader<Documents>) => Promise<T>): Promise<T> {
    const { version, collections, bytesMax } = this.#data
    const documents = new MemoryDocuments(version, { collections, bytesMax, canWrite: false })
    const aborted = Promise.withResolvers<never>()
    if (this.#running.size === 0) this.#guard.watch()
    this.#running.set(documents, aborted.reject)
    try {
      const size = async () => ({ bytes: version.bytes, freeBytes: 0 })
      const records = new DocumentRecords(documents, { now: () => this.#runtime.clock.now(), size })
      const value = await Promise.race([body(records), aborted.promise])
      documents.assertWell()
      return value
    } finally {
      documents.end('is over')
      this.#running.delete(documents)
      if (this.#running.size === 0) for (const resolve of this.#idle.splice(0)) resolve()
    }
  }

  /** Resolves when no read is under way. */
  async settle(): Promise<void> {
    if (this.#running.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  /** Everything that is still there in the turn after it began awaits something else (S5). */
  #abort(): void {
    for (const [documents, reject] of this.#running) {
      documents.end('was aborted')
      reject(new BanyanError('misuse', AWAITED_SOMETHING_ELSE))
    }
  }
}
