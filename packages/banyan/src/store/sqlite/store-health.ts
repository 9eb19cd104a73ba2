import { BanyanError } from '../../kernel/error.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { SqliteFailure } from './sqlite-error.ts'

/**
 * Why a store answers no more: it was closed, or its file failed. After a failed write or sync nobody knows what is on disk, and asking
 * the system again may hide the loss, so the process must stop and open the file anew.
 */
export class StoreHealth {
  readonly #log: Logger
  readonly #onFatal: ((error: BanyanError) => void) | undefined
  #error: BanyanError | undefined
  #fatal: BanyanError | undefined

  constructor(log: Logger, onFatal: ((error: BanyanError) => void) | undefined) {
    this.#log = log
    this.#onFatal = onFatal
  }

  /** What every call is refused with; undefined while all is well. */
  get error(): BanyanError | undefined {
    return this.#error
  }

  /** Why nothing can be written any more, not even what was accepted before; undefined while the file is well. */
  get fatal(): BanyanError | undefined {
    return this.#fatal
  }

  /** Takes note of a connection's failure; a fatal one ends the store. */
  note(failure: SqliteFailure | undefined): void {
    if (failure?.severity !== 'fatal' || this.#fatal) return
    this.#error = this.#fatal = failure.error
    this.#log.error('the store failed and answers no more until the process is started again', { error: failure.error })
    this.#onFatal?.(failure.error)
  }

  /** What was opened is not there any more: nothing is done from now on, because it would go to nowhere. */
  refuse(error: BanyanError): void {
    if (this.#error) return
    this.#error = error
    this.#log.error('the data are not those that were opened; nothing is done any more', { error })
  }

  /** Refuses everything from now on. */
  close(path: string): void {
    this.#error ??= new BanyanError('unavailable', `the store ${path} is closed; the process is stopping`)
  }
}
