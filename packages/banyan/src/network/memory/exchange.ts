import type { Clock } from '../../kernel/clock.ts'
import type { BanyanError } from '../../kernel/error.ts'
import { brokenOff, cancelled, tooLate } from '../failures.ts'
import { type Body, isWhole } from '../body.ts'
import type { NetworkRequest, ReceivedAnswer } from '../network.ts'

/** A body is cut into parts of this size on its way, as real networks do. */
const PART_BYTES = 65_536

/** One request and its answer: settles once for its sender, and tells the handler when nobody waits any more. */
export class Exchange {
  readonly from: string
  readonly to: string
  readonly #outcome = Promise.withResolvers<ReceivedAnswer>()
  readonly #failed = Promise.withResolvers<never>()
  readonly #handler = new AbortController()
  readonly #ended: () => void
  #release: () => void
  #isOver = false

  constructor(clock: Clock, ways: { readonly from: string; readonly to: string; readonly ended: () => void }, request: NetworkRequest) {
    this.from = ways.from
    this.to = ways.to
    this.#ended = ways.ended
    this.#failed.promise.catch(nothing)
    this.#outcome.promise.catch(nothing)
    const { address, signal, timeoutMs } = request
    const abort = (): void => this.fail(cancelled(address, true))
    const cancelTimer = clock.setTimer(timeoutMs, () => this.fail(tooLate(address, true)))
    signal?.addEventListener('abort', abort, { once: true })
    this.#release = () => {
      cancelTimer()
      signal?.removeEventListener('abort', abort)
    }
  }

  /** What the sender gets. */
  get outcome(): Promise<ReceivedAnswer> {
    return this.#outcome.promise
  }
  /** Aborts when the sender does not wait any more. */
  get signal(): AbortSignal {
    return this.#handler.signal
  }
  /** True once nothing more comes of it. */
  get isOver(): boolean {
    return this.#isOver
  }

  /** Ends it for both sides: the sender gets `error`, bodies under way break off. */
  fail(error: BanyanError): void {
    if (this.#isOver) return
    this.finish()
    this.#outcome.reject(error)
    this.#failed.reject(error)
    this.#handler.abort(error)
  }
  /** Hands the answer to the sender. Its body may still be under way. */
  answer(answer: ReceivedAnswer): void {
    this.#outcome.resolve(answer)
  }
  /** Nothing more is under way. */
  finish(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#release()
    this.#ended()
  }

  /** Carries a body to its reader: copies, in parts, until it ends, breaks off, or the exchange does. */
  async *carry(body: Body, atEnd: (error?: unknown) => void): AsyncGenerator<Uint8Array> {
    const source = isWhole(body) ? wholeInParts(body) : body[Symbol.asyncIterator]()
    try {
      for (;;) {
        const next = await Promise.race([nextOf(source, atEnd), this.#failed.promise])
        if (next.done) return atEnd()
        yield next.value.slice() // the source may use its buffer again
      }
    } finally {
      source.return?.().then(nothing, nothing)
    }
  }
}

async function nextOf(source: AsyncIterator<Uint8Array>, atEnd: (error: unknown) => void): Promise<IteratorResult<Uint8Array>> {
  try {
    return await source.next()
  } catch (cause) {
    atEnd(cause)
    throw brokenOff()
  }
}

async function* wholeInParts(body: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < body.byteLength; at += PART_BYTES) yield body.subarray(at, at + PART_BYTES)
}

function nothing(): void {}
