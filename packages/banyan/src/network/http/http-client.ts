import { type Agent, type ClientRequest, type IncomingMessage, request as openRequest } from 'node:http'
import { Readable, pipeline } from 'node:stream'
import type { Clock } from '../../kernel/clock.ts'
import { type BanyanError } from '../../kernel/error.ts'
import { answerTooLarge, isWhole, type ReceivedBody, receivedBody } from '../body.ts'
import { broken, brokenOff, cancelled, tooLate, unreachable } from '../failures.ts'
import { checkHeaders, checkPath, ReceivedHeaders } from '../headers.ts'
import { BODY_BYTES_MAX, type NetworkRequest, type ReceivedAnswer } from '../network.ts'
import { headerFields, headerList } from './http-headers.ts'

/** Sends one request over HTTP/1.1. */
export function httpRequest(sent: NetworkRequest, clock: Clock, agent: Agent): Promise<ReceivedAnswer> {
  const { address, path, headers = [], signal, timeoutMs } = sent
  checkPath(path)
  checkHeaders(headers)
  if (signal?.aborted) throw cancelled(address, false)
  if (timeoutMs <= 0) throw tooLate(address, false)
  return new HttpExchange(sent, clock, agent).outcome
}

/** One request and its answer. */
class HttpExchange {
  readonly #sent: NetworkRequest
  readonly #request: ClientRequest
  readonly #outcome = Promise.withResolvers<ReceivedAnswer>()
  readonly #release: () => void
  #isConnected = false
  #response: IncomingMessage | undefined
  #failure: BanyanError | undefined

  constructor(sent: NetworkRequest, clock: Clock, agent: Agent) {
    this.#sent = sent
    const { address, path, headers = [], body, signal, timeoutMs } = sent
    const whole = body === undefined || isWhole(body)
    const framing = whole ? { 'content-length': body?.byteLength ?? 0 } : {}
    const { hostname, port } = new URL(address)
    const fields = { ...headerFields(headers), ...framing }
    this.#request = openRequest({ method: 'POST', hostname: hostname.replace(/^\[(.*)\]$/, '$1'), port, path, agent, headers: fields })
    const abort = (): void => this.#end(cancelled(address, this.#isConnected))
    const cancelTimer = clock.setTimer(timeoutMs, () => this.#end(tooLate(address, this.#isConnected)))
    signal?.addEventListener('abort', abort, { once: true })
    this.#release = () => {
      cancelTimer()
      signal?.removeEventListener('abort', abort)
    }
    this.#listen()
    if (whole) this.#request.end(body)
    else
      pipeline(
        Readable.from(body, { objectMode: false, highWaterMark: 0 }),
        this.#request,
        (error) => error && this.#lost(brokenOff(error)),
      )
  }

  get outcome(): Promise<ReceivedAnswer> {
    return this.#outcome.promise
  }

  #listen(): void {
    const { address } = this.#sent
    this.#request.on('error', (error) => this.#lost(this.#isConnected ? broken(address, error) : unreachable(address, error)))
    this.#request.once('socket', (socket) => {
      if (!socket.connecting) this.#isConnected = true
      else socket.once('connect', () => (this.#isConnected = true))
    })
    this.#request.once('response', (response) => this.#answer(response))
  }

  #answer(response: IncomingMessage): void {
    this.#response = response
    response.on('error', () => {}) // whoever reads the body learns of it there
    response.once('end', this.#release)
    this.#outcome.resolve({
      status: response.statusCode ?? 0,
      headers: new ReceivedHeaders(headerList(response.rawHeaders)),
      body: this.#bodyOf(response),
    })
  }

  #bodyOf(response: IncomingMessage): ReceivedBody {
    const bytesMax = this.#sent.answerBytesMax ?? BODY_BYTES_MAX
    const failure = (cause?: unknown): BanyanError => this.#failure ?? brokenOff(cause)
    async function* parts(): AsyncGenerator<Uint8Array> {
      try {
        for await (const part of response) yield part as Uint8Array
      } catch (cause) {
        throw failure(cause)
      }
      if (!response.complete) throw failure()
    }
    const cancel = (): void => {
      this.#release()
      response.destroy()
    }
    return receivedBody({ parts: parts(), bytesMax, tooLarge: () => answerTooLarge(bytesMax), cancel })
  }

  /** The connection is lost. Once the answer has begun only its body can fail: a listener may answer without reading all that it is sent. */
  #lost(error: BanyanError): void {
    if (!this.#response) this.#end(error)
  }

  #end(error: BanyanError): void {
    if (this.#failure) return
    this.#failure = error
    this.#release()
    this.#outcome.reject(error)
    this.#request.destroy()
  }
}
