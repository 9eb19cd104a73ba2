import assert from 'node:assert/strict'

/** A request that was answered. */
export interface Asked {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly status: number
}

/** What goes with a request, besides its method and path. */
export interface Asking {
  readonly token?: string | undefined
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** The one status, of a refusal, that is expected in place of a success; say why beside it. */
  readonly expected?: number
}

/** Asks a shop, and remembers what was answered. */
export interface Asker {
  /** Throws unless the answer is a success or what was expected: a request that is refused looks at nothing, so it would test nothing. */
  ask<T = Record<string, unknown>>(method: string, path: string, asking?: Asking): Promise<T>
  readonly asked: readonly Asked[]
}

/** Longest wait for an answer. */
const TIMEOUT_MS = 60_000

/** Builds one for the shop at a URL. */
export function shopAsker(url: string): Asker {
  const asked: Asked[] = []
  return {
    asked,
    async ask<T>(method: string, path: string, { token, body, headers = {}, expected }: Asking = {}) {
      const response = await fetch(url + path, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const { status } = response
      const text = await response.text()
      const isExpected = expected === undefined ? status >= 200 && status < 300 : status === expected
      assert.ok(isExpected, `${method} ${path} was to answer ${expected ?? 'a success'}; it answered ${status}: ${text.slice(0, 500)}`)
      asked.push({ method, path, status })
      return (response.headers.get('content-type')?.includes('json') === true ? JSON.parse(text) : null) as T
    },
  }
}
