import { Agent, request } from 'node:http'
import type { WireRequest } from './draft.ts'

/** An answer as it came over the wire. */
export interface WireAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

/** Sends requests as they are, also those that a browser would not. */
export interface WireClient extends Disposable {
  /** Rejects when no answer comes: the connection broke, or the answer took longer than it may. */
  send(request: WireRequest): Promise<WireAnswer>
}

/** Longer than the longest operation takes, with what a client may ask it to wait. */
const ANSWER_MS_MAX = 30_000

/** Creates a client of a server on this machine. `answerMsMax`: when an answer counts as missing. */
export function wireClient(url: string, answerMsMax: number = ANSWER_MS_MAX): WireClient {
  const { hostname, port } = new URL(url)
  const agent = new Agent({ keepAlive: true, maxSockets: 16 })
  return {
    send: ({ method, target, headers, body }) =>
      new Promise((resolve, reject) => {
        const outgoing = request(
          { agent, hostname, port, method, path: target, headers: { ...headers, ...lengthOf(headers, body) } },
          (incoming) => {
            const chunks: Buffer[] = []
            incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
            incoming.on('error', reject)
            incoming.on('end', () => {
              clearTimeout(late)
              resolve({
                status: incoming.statusCode ?? 0,
                headers: incoming.headers as Record<string, string>,
                text: Buffer.concat(chunks).toString(),
              })
            })
          },
        )
        const late = setTimeout(() => outgoing.destroy(new Error(`no answer within ${answerMsMax} ms`)), answerMsMax)
        outgoing.on('error', (error) => {
          clearTimeout(late)
          reject(error)
        })
        outgoing.end(body)
      }),
    [Symbol.dispose]: () => agent.destroy(),
  }
}

function lengthOf(headers: Readonly<Record<string, string>>, body: Buffer | undefined): Record<string, string> {
  if (body === undefined || 'transfer-encoding' in headers) return {}
  return { 'content-length': String(body.length) }
}
