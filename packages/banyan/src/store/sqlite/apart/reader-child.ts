import { type ChildProcess, fork } from 'node:child_process'
import { BanyanError } from '../../../kernel/error.ts'
import type { ReaderAnswer, ReaderRequest } from './reader-protocol.ts'

/** Published sources are compiled, the repository's are not; the neighbour has the ending that we have. */
const ENTRY = new URL(import.meta.url.endsWith('.ts') ? 'reader-process.ts' : 'reader-process.js', import.meta.url)

/** Its own heap: an answer has a bound (`rowsMax`), SQLite's pages are not in it. */
const HEAP_MB_MAX = 256

type Question = ReaderRequest extends infer R ? (R extends unknown ? Omit<R, 'number'> : never) : never

interface Waiting {
  resolve(rows: readonly unknown[]): void
  reject(error: BanyanError): void
}

/** A process that reads for us. One read at a time uses it. */
export class ReaderChild {
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, Waiting>()
  #number = 0
  #gone: BanyanError | undefined

  constructor(onGone: () => void) {
    const child = fork(ENTRY, [], {
      serialization: 'advanced', // bytes and large integers arrive as they are
      execArgv: [`--max-old-space-size=${HEAP_MB_MAX}`],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    this.#process = child
    const gone = (reason: string): void => {
      if (this.#gone) return
      this.#gone = new BanyanError('unavailable', `the process that reads apart ${reason}; try again`, { retry: 'safe' })
      for (const { reject } of this.#waiting.values()) reject(this.#gone)
      this.#waiting.clear()
      onGone()
    }
    child.on('message', (answer: ReaderAnswer) => this.#settle(answer))
    child.on('error', (error) => gone(`could not be started (${error.message})`))
    child.on('exit', (code, signal) => gone(`ended (${signal ?? `exit code ${code}`})`))
    this.keepsAlive(false)
  }

  /** Whether this child keeps our own process from ending: only while somebody waits for it. */
  keepsAlive(does: boolean): void {
    if (does) {
      this.#process.ref()
      this.#process.channel?.ref()
    } else {
      this.#process.unref()
      this.#process.channel?.unref()
    }
  }

  /** Asks and resolves with the rows. Rejects with what the database says, or `unavailable` when the process has gone. */
  ask(question: Question): Promise<readonly unknown[]> {
    return new Promise((resolve, reject) => {
      if (this.#gone) return reject(this.#gone)
      const number = ++this.#number
      this.#waiting.set(number, { resolve, reject })
      this.#process.send({ ...question, number })
    })
  }

  /** Ends the process at once, in the middle of a statement if need be. */
  kill(): void {
    this.#process.kill('SIGKILL')
  }

  #settle(answer: ReaderAnswer): void {
    const waiting = this.#waiting.get(answer.number)
    this.#waiting.delete(answer.number)
    if ('rows' in answer) waiting?.resolve(answer.rows)
    else waiting?.reject(new BanyanError(answer.error.code, answer.error.message))
  }
}
