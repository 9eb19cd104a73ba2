import { BanyanError, type BanyanErrorOptions } from 'banyan/kernel'
import type { CommandCall } from './command.ts'
import { connectOperator, type OperatorClient, requireOperator } from './operator-client.ts'

/** An error that the running platform answered with, apart from those of this process. */
export class PlatformAnswer extends BanyanError {}

/** Connects to the running platform, if one runs on the data that the settings name. Every failure of a request is a readable error. */
export async function runningPlatform(call: CommandCall): Promise<OperatorClient | undefined> {
  const client = await connectOperator(call)
  return client && readable(client)
}

/** The same; throws `unavailable` with what to do when none runs. */
export async function theRunningPlatform(call: CommandCall): Promise<OperatorClient> {
  return readable(await requireOperator(call))
}

/** Makes every failure of a request a readable error. */
export function readable(client: OperatorClient): OperatorClient {
  const failing =
    (request: 'read' | 'change') =>
    (thrown: unknown): never => {
      throw thrown instanceof BanyanError ? answered(thrown) : onTheWay(thrown, request)
    }
  return {
    get: (path) => client.get(path).catch(failing('read')),
    post: (path, body) => client.post(path, body).catch(failing('change')),
  }
}

function answered({ code, message, status, fields }: BanyanError): PlatformAnswer {
  return new PlatformAnswer(code, message, { status, fields })
}

/** Says what went wrong on the way. A change whose answer did not come may have been made: only a look tells. */
function onTheWay(thrown: unknown, request: 'read' | 'change'): unknown {
  const { name, code, message } = innermost(thrown)
  const options: BanyanErrorOptions = { cause: thrown }
  if (name === 'SyntaxError')
    return new PlatformAnswer(
      'malformed_json',
      'what answered is no platform: its answer is not JSON; does something else listen there?',
      options,
    )
  const then = request === 'read' ? '' : '; whether the change was made is not known: look, then try again'
  if (name === 'TimeoutError' || name === 'AbortError')
    return new BanyanError('deadline_exceeded', `the platform runs, but did not answer in time${then}`, options)
  if (code === undefined && !(thrown instanceof Error && /^(?:fetch failed|terminated)/.test(thrown.message))) return thrown
  return new BanyanError(
    request === 'read' ? 'unavailable' : 'outcome_unknown',
    `the connection to the platform broke: ${code ?? message}; has it stopped meanwhile?${then}`,
    options,
  )
}

interface Cause {
  readonly name: string
  readonly code: string | undefined
  readonly message: string
}

/** Clients wrap what happened: "fetch failed", caused by ECONNRESET. */
function innermost(thrown: unknown): Cause {
  let error = thrown
  for (let depth = 0; depth < 5 && error instanceof Error && error.cause instanceof Error; depth++) error = error.cause
  if (!(error instanceof Error)) return { name: 'Error', code: undefined, message: String(error) }
  const { code } = error as { code?: unknown } // a DOMException has a number there
  return { name: error.name, code: typeof code === 'string' ? code : undefined, message: error.message }
}
