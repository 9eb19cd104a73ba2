import type { Clock } from '../../kernel/clock.ts'
import { BanyanError, misuse } from '../../kernel/error.ts'
import { answerTooLarge, type Body, type ReceivedBody, receivedBody, requestTooLarge } from '../body.ts'
import { broken, brokenOff, cancelled, tooLate, unreachable } from '../failures.ts'
import { checkHeaders, checkPath, ReceivedHeaders } from '../headers.ts'
import {
  BODY_BYTES_MAX,
  type Listener,
  type Network,
  type NetworkAnswer,
  type NetworkHandler,
  type NetworkRequest,
  type ReceivedAnswer,
  type ServeOptions,
} from '../network.ts'
import { Exchange } from './exchange.ts'
import { type Passage, smooth } from './passage.ts'

/** What a network in memory needs. */
export interface MemoryNetworkOptions {
  readonly clock: Clock
  /** Decides what becomes of each message, e.g. in a simulator. Default: all arrive at once. */
  readonly passage?: Passage
}

/** A network of processes that are parts of one real process. It carries bytes, as a real one does, and nothing else. */
export interface MemoryNetwork {
  /** One process's end of it. Its listener's address is `memory:<name>`. */
  process(name: string): Network
  /** Loses everything between two processes, in silence, until {@link heal}. */
  cut(one: string, other: string): void
  /** Ends a {@link cut}. */
  heal(one: string, other: string): void
  /** The process dies: its listener is gone, and everything that it sent or worked on breaks. */
  kill(name: string): void
}

/** Creates a network in memory. */
export function memoryNetwork(options: MemoryNetworkOptions): MemoryNetwork {
  return new NetworkInMemory(options)
}

interface MemoryListener {
  readonly handler: NetworkHandler
  readonly requestBytesMax: number
}

const EMPTY = new Uint8Array()

class NetworkInMemory implements MemoryNetwork {
  readonly #clock: Clock
  readonly #passage: Passage
  readonly #listeners = new Map<string, MemoryListener>()
  readonly #open = new Set<Exchange>()
  readonly #cuts = new Set<string>()
  readonly #emptied = new Set<() => void>()

  constructor({ clock, passage = smooth }: MemoryNetworkOptions) {
    this.#clock = clock
    this.#passage = passage
  }

  process(name: string): Network {
    return {
      serve: async (handler, options) => this.#serve(name, handler, options),
      request: async (request) => this.#request(name, request),
    }
  }
  cut(one: string, other: string): void {
    this.#cuts.add(pair(one, other))
  }
  heal(one: string, other: string): void {
    this.#cuts.delete(pair(one, other))
  }
  kill(name: string): void {
    this.#listeners.delete(addressOf(name))
    for (const exchange of this.#open) if (exchange.from === name || exchange.to === name) exchange.fail(broken(addressOf(exchange.to)))
  }

  #serve(name: string, handler: NetworkHandler, { requestBytesMax = BODY_BYTES_MAX }: ServeOptions = {}): Listener {
    const address = addressOf(name)
    if (this.#listeners.has(address)) misuse(`process "${name}" listens already; close the first listener, or route by path`)
    const listener = { handler, requestBytesMax }
    this.#listeners.set(address, listener)
    return { address, close: (graceMs) => this.#close(name, listener, graceMs) }
  }

  async #close(name: string, listener: MemoryListener, graceMs: number): Promise<void> {
    if (this.#listeners.get(addressOf(name)) === listener) this.#listeners.delete(addressOf(name))
    const underWay = (): Exchange[] => [...this.#open].filter(({ to }) => to === name)
    if (underWay().length === 0) return
    const done = Promise.withResolvers<void>()
    const look = (): void => void (underWay().length === 0 && done.resolve())
    const cancelTimer = this.#clock.setTimer(graceMs, () => {
      for (const exchange of underWay()) exchange.fail(broken(addressOf(name)))
    })
    this.#emptied.add(look)
    await done.promise
    this.#emptied.delete(look)
    cancelTimer()
  }

  #request(from: string, sent: NetworkRequest): Promise<ReceivedAnswer> {
    const request = { ...sent, ...(sent.body && !isStream(sent.body) && { body: sent.body.slice() }) }
    const { address, path, signal, timeoutMs } = request
    checkPath(path)
    checkHeaders(request.headers ?? [])
    if (signal?.aborted) throw cancelled(address, false)
    if (timeoutMs <= 0) throw tooLate(address, false)
    const to = address.replace(/^memory:/, '')
    const exchange: Exchange = new Exchange(this.#clock, { from, to, ended: () => this.#ended(exchange) }, request)
    this.#open.add(exchange)
    const { delayMs, end, againMs } = this.#passage({ leg: 'request', from, to, path })
    this.#after(delayMs, () => {
      if (end === 'refused') exchange.fail(unreachable(address))
      else if (end === 'broken') exchange.fail(broken(address))
      else if (end !== 'lost') this.#deliver(exchange, request)
    })
    if (againMs !== undefined && !isStream(request.body)) this.#after(againMs, () => this.#repeat(from, to, request))
    return exchange.outcome
  }

  #deliver(exchange: Exchange, request: NetworkRequest): void {
    const listener = this.#listeners.get(request.address)
    if (exchange.isOver || this.#isCut(exchange)) return
    if (!listener) return exchange.fail(unreachable(request.address))
    const parts = exchange.carry(request.body ?? EMPTY, (error) => {
      if (error !== undefined) exchange.fail(error instanceof BanyanError ? error : brokenOff(error))
    })
    const body = receivedBody({
      parts,
      bytesMax: listener.requestBytesMax,
      tooLarge: () => requestTooLarge(listener.requestBytesMax),
      cancel: () => {},
    })
    void answered(listener.handler, request, body, exchange.signal).then((answer) => this.#answer(exchange, request, answer))
  }

  #answer(exchange: Exchange, { path, address, answerBytesMax = BODY_BYTES_MAX }: NetworkRequest, answer: NetworkAnswer): void {
    const { delayMs, end } = this.#passage({ leg: 'answer', from: exchange.to, to: exchange.from, path })
    const { status, headers = [], body = EMPTY } = answer
    this.#after(delayMs, () => {
      if (exchange.isOver || end === 'lost' || this.#isCut(exchange)) return discard(body)
      if (end !== undefined) {
        discard(body)
        return exchange.fail(broken(address))
      }
      const parts = exchange.carry(body, () => exchange.finish())
      const cancel = (): void => {
        exchange.finish()
        void parts.return(undefined)
        discard(body)
      }
      const received = receivedBody({ parts, bytesMax: answerBytesMax, tooLarge: () => answerTooLarge(answerBytesMax), cancel })
      exchange.answer({ status, headers: new ReceivedHeaders(headers), body: received })
      if (body.constructor === Uint8Array && body.byteLength === 0) exchange.finish()
    })
  }

  /** Delivers a request once more; nobody hears the answer. */
  #repeat(from: string, to: string, request: NetworkRequest): void {
    const listener = this.#listeners.get(request.address)
    if (!listener || this.#cuts.has(pair(from, to))) return
    const body = receivedBody({
      parts: only(request.body as Uint8Array | undefined),
      bytesMax: listener.requestBytesMax,
      tooLarge: () => requestTooLarge(listener.requestBytesMax),
      cancel: () => {},
    })
    void answered(listener.handler, request, body, new AbortController().signal).then(({ body: unheard }) => unheard && discard(unheard))
  }

  #isCut({ from, to }: Exchange): boolean {
    return this.#cuts.has(pair(from, to))
  }
  #ended(exchange: Exchange): void {
    this.#open.delete(exchange)
    for (const look of this.#emptied) look()
  }
  #after(delayMs: number | undefined, run: () => void): void {
    if (delayMs === undefined) run()
    else this.#clock.setTimer(delayMs, run)
  }
}

/** Runs a handler. What it throws, and an answer that no network carries, become a status (N5, N6). */
async function answered(handler: NetworkHandler, request: NetworkRequest, body: ReceivedBody, signal: AbortSignal): Promise<NetworkAnswer> {
  try {
    const answer = await handler({ path: request.path, headers: new ReceivedHeaders(request.headers ?? []), body, signal })
    checkHeaders(answer.headers ?? [])
    return answer
  } catch (thrown) {
    return { status: thrown instanceof BanyanError && thrown.code === 'payload_too_large' ? thrown.status : 500 }
  }
}

function discard(body: Body): void {
  if (isStream(body)) body[Symbol.asyncIterator]().return?.().then(nothing, nothing)
}
function isStream(body: Body | undefined): body is AsyncIterable<Uint8Array> {
  return body !== undefined && Symbol.asyncIterator in body
}
async function* only(body: Uint8Array | undefined): AsyncGenerator<Uint8Array> {
  if (body) yield body.slice()
}
function addressOf(name: string): string {
  return `memory:${name}`
}
function pair(one: string, other: string): string {
  return JSON.stringify([one, other].toSorted())
}
function nothing(): void {}
