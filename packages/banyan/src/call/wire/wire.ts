// Owns: the names on the wire of a call. docs/wire-format.md describes them for whoever writes another end.

/** The version that this process writes, and the only one that it reads. A new number means that an older reader would misunderstand. */
export const WIRE_VERSION = '1'

/** Headers of a call and of its answer. */
export const WIRE = {
  version: 'banyan-wire',
  ticket: 'banyan-ticket',
  timeoutMs: 'banyan-timeout-ms',
  waitMs: 'banyan-wait-ms',
  correlation: 'banyan-correlation',
  causation: 'banyan-causation',
  key: 'banyan-key',
  origin: 'banyan-origin',
  after: 'banyan-after',
  trace: 'traceparent',
  traceState: 'tracestate',
  token: 'banyan-token',
  replayed: 'banyan-replayed',
} as const

/** Media type of inputs and outputs. */
export const JSON_TYPE = 'application/json'

/** What a path of the wire names. */
export interface CallName {
  readonly service: string
  readonly operation: string
}

/** Returns the path of an operation, `/calls/<service>/<operation>`. */
export function callPath({ service, operation }: CallName): string {
  return `/calls/${encodeURIComponent(service)}/${encodeURIComponent(operation)}`
}

/** Reads the path of an operation; undefined for another path. */
export function parseCallPath(path: string): CallName | undefined {
  const [, service, operation] = /^\/calls\/([^/?#]+)\/([^/?#]+)$/.exec(path) ?? []
  if (service === undefined || operation === undefined) return undefined
  try {
    return { service: decodeURIComponent(service), operation: decodeURIComponent(operation) }
  } catch {
    return undefined
  }
}
