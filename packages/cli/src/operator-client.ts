import { bodySha256, OPERATOR_PROOF_PATH, operatorAuthorization, platformProof, requestProof, sameProof } from 'banyan/host'
import { BanyanError, systemRandom } from 'banyan/kernel'
import type { CommandCall } from './command.ts'
import { type OperatorFile, readOperatorFile } from './operator-file.ts'
import { readSettings } from './settings.ts'
import { refuseMisspelt } from './unknown-settings.ts'

/** Time one request to the running platform may take; an audit of a large shop is the slowest. */
const TIMEOUT_MS = 120_000
/** Time in which a platform that runs proves itself. */
const PROOF_MS = 2_000
const NONCE_BYTES = 32

/** Asks the running platform's operations API. */
export interface OperatorClient {
  get(path: string): Promise<unknown>
  post(path: string, body: object): Promise<unknown>
}

/** Connects to the platform whose data directory the settings name; undefined when none runs there. */
export async function connectOperator(call: CommandCall): Promise<OperatorClient | undefined> {
  refuseMisspelt(call.environment)
  const file = readOperatorFile(readSettings(call.environment, call.directory).directory)
  // A killed process leaves its file behind, and anybody may listen where it did: only a proof shows that it runs.
  if (!file || (await challengeOf(file)) === undefined) return undefined
  return {
    get: (path) => request(file, 'GET', path),
    post: (path, body) => request(file, 'POST', path, JSON.stringify(body)),
  }
}

/** The same, but throws `unavailable` with what to do when no platform runs. */
export async function requireOperator(call: CommandCall): Promise<OperatorClient> {
  const client = await connectOperator(call)
  if (!client) {
    const { directory } = readSettings(call.environment, call.directory)
    const file = readOperatorFile(directory)
    if (file?.url === null && isRunning(file.pid))
      throw new BanyanError(
        'unavailable',
        `the platform on the data in ${directory} (pid ${file.pid}) has no gateway, so it cannot be asked; add gateway: gateway() to platform.ts`,
      )
    throw new BanyanError(
      'unavailable',
      `no platform runs on the data in ${directory}; start one with "npm start", or set BANYAN_DATA to its data directory`,
    )
  }
  return client
}

/** Asks for a challenge; undefined when nobody answers, or somebody who cannot prove that they know the key. */
async function challengeOf({ url, key }: OperatorFile): Promise<string | undefined> {
  if (url === null) return undefined
  const nonce = Buffer.from(systemRandom().bytes(new Uint8Array(NONCE_BYTES))).toString('hex')
  try {
    const signal = AbortSignal.timeout(PROOF_MS)
    const response = await fetch(`${url}${OPERATOR_PROOF_PATH}?nonce=${nonce}`, { signal, redirect: 'error' })
    const { challenge, proof } = (await response.json()) as { challenge?: unknown; proof?: unknown }
    if (typeof challenge !== 'string' || typeof proof !== 'string') return undefined
    return sameProof(proof, platformProof(key, nonce, challenge)) ? challenge : undefined
  } catch {
    return undefined
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function request(file: OperatorFile, method: string, path: string, body?: string): Promise<unknown> {
  const target = `/api/ops${path}`
  const challenge = await challengeOf(file)
  if (challenge === undefined) throw new BanyanError('unavailable', 'the platform does not answer any more; is it still running?')
  const sha256 = bodySha256(body ?? '')
  const proof = requestProof(file.key, challenge, { method, target, bodySha256: sha256 })
  const response = await fetch(`${file.url}${target}`, {
    method,
    headers: {
      authorization: operatorAuthorization({ challenge, bodySha256: sha256, proof }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body === undefined ? {} : { body }),
  })
  return answerOf(response)
}

async function answerOf(response: Response): Promise<unknown> {
  const text = await response.text()
  const answer: unknown = text === '' ? null : JSON.parse(text)
  if (response.ok) return answer
  const problem = answer as { code?: string; detail?: string; title?: string; errors?: { pointer: string; detail: string }[] }
  throw new BanyanError(problem.code ?? 'internal', problem.detail ?? problem.title ?? `the platform answered ${response.status}`, {
    status: response.status,
    fields: problem.errors?.map(({ pointer, detail }) => ({ path: pointer, expected: detail })),
  })
}
