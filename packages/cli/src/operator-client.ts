import { BanyanError } from 'banyan/kernel'
import type { CommandCall } from './command.ts'
import { readOperatorFile } from './operator-file.ts'
import { readSettings } from './settings.ts'

/** Time one request to the running platform may take; an audit of a large shop is the slowest. */
const TIMEOUT_MS = 120_000

/** Asks the running platform's operations API. */
export interface OperatorClient {
  get(path: string): Promise<unknown>
  post(path: string, body: object): Promise<unknown>
}

/** Connects to the platform whose data directory the settings name; undefined when none runs there. */
export async function connectOperator(call: CommandCall): Promise<OperatorClient | undefined> {
  const file = readOperatorFile(readSettings(call.environment, call.directory).directory)
  if (!file) return undefined
  const client: OperatorClient = {
    get: (path) => request(file, path),
    post: (path, body) => request(file, path, body),
  }
  // A killed process leaves its file behind: only an answer proves that it runs.
  const alive = await fetch(`${file.url}/health/live`, { signal: AbortSignal.timeout(2_000) }).then(
    (response) => response.ok,
    () => false,
  )
  return alive ? client : undefined
}

/** The same, but throws `unavailable` with what to do when no platform runs. */
export async function requireOperator(call: CommandCall): Promise<OperatorClient> {
  const client = await connectOperator(call)
  if (!client) {
    const { directory } = readSettings(call.environment, call.directory)
    throw new BanyanError(
      'unavailable',
      `no platform runs on the data in ${directory}; start one with "npm start", or set BANYAN_DATA to its data directory`,
    )
  }
  return client
}

async function request({ url, key }: { url: string; key: string }, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${url}/api/ops${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'x-api-key': key, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const answer: unknown = text === '' ? null : JSON.parse(text)
  if (response.ok) return answer
  const problem = answer as { code?: string; detail?: string; title?: string }
  throw new BanyanError(problem.code ?? 'internal', problem.detail ?? problem.title ?? `the platform answered ${response.status}`, {
    status: response.status,
  })
}
