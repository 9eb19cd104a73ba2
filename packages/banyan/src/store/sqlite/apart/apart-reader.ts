import type { Clock } from '../../../kernel/clock.ts'
import { BanyanError } from '../../../kernel/error.ts'
import { SqlRecords } from '../../sql/sql-records.ts'
import { apartEnd, type ApartOptions } from '../../apart.ts'
import { ApartTurns } from '../../apart-turns.ts'
import type { StoreReader } from '../../store.ts'
import { ApartSql } from './apart-sql.ts'
import { ReaderChild } from './reader-child.ts'
import type { Sql } from '../../sql.ts'

// Owns: the reader processes of a platform's SQLite files, and which read uses which.
// Invariants:
//   A1 a read has a process for itself, from the beginning of its snapshot to its end
//   A2 a read that is not over at its time limit, or whose signal aborts, loses its process: nothing else ends a statement of SQLite
//   A3 no process outlives its use by more than IDLE_MS

/** A page of an audit follows another within milliseconds; an unused process takes 40 MB. */
const IDLE_MS = 5_000

/** Reads SQLite files in processes of their own, so that a long statement holds nobody and can be ended. */
export class ApartReader {
  readonly #clock: Clock
  readonly #idle: { readonly child: ReaderChild; readonly stopEnding: () => void }[] = []
  readonly #turns = new ApartTurns()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Runs `body` on a snapshot of the file at `path`. See `Store.readApart`. */
  async read<T>(path: string, body: (tx: StoreReader<Sql>) => Promise<T>, options?: ApartOptions): Promise<T> {
    using end = apartEnd(this.#clock, options)
    await this.#turns.take(end)
    const child = this.#take()
    let sound = true
    end.ended.catch(() => {
      sound = false
      child.kill()
    })
    const sql = new ApartSql(child)
    try {
      return await Promise.race([this.#run(path, body, child, sql), end.ended])
    } catch (thrown) {
      sound &&= !(thrown instanceof BanyanError && thrown.code === 'unavailable')
      throw thrown
    } finally {
      sql.end()
      this.#release(sound ? child : undefined)
    }
  }

  async #run<T>(path: string, body: (tx: StoreReader<Sql>) => Promise<T>, child: ReaderChild, sql: ApartSql): Promise<T> {
    await child.ask({ kind: 'begin', path })
    try {
      return await body(new SqlRecords(sql, () => this.#clock.now()))
    } finally {
      await child.ask({ kind: 'end' })
    }
  }

  #take(): ReaderChild {
    const idle = this.#idle.pop()
    idle?.stopEnding()
    const child = idle?.child ?? new ReaderChild(() => this.#forget(child))
    child.keepsAlive(true)
    return child
  }

  #release(child: ReaderChild | undefined): void {
    if (child) {
      child.keepsAlive(false)
      this.#idle.push({ child, stopEnding: this.#clock.setTimer(IDLE_MS, () => child.kill()) })
    }
    this.#turns.release()
  }

  #forget(child: ReaderChild): void {
    const index = this.#idle.findIndex((each) => each.child === child)
    if (index < 0) return
    this.#idle[index]?.stopEnding()
    this.#idle.splice(index, 1)
  }

  /** Ends the processes that wait for work; those at work end with their reads. */
  close(): void {
    for (const { child, stopEnding } of this.#idle.splice(0)) {
      stopEnding()
      child.kill()
    }
  }
}
