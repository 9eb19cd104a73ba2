import { BanyanError, toBanyanError } from '../kernel/error.ts'
import { copyAsJson } from '../kernel/json.ts'
import type { CallReply, CallRequest, Transport } from './transport.ts'

/** Runs operations of services hosted in this process. */
export interface LocalService {
  /** Validates, authorises and runs one operation; the input must not be shared with anybody. */
  invoke(request: CallRequest): Promise<CallReply>
}

/** Calls services of the same process exactly as if they were remote: copied, validated, with the same errors (law 2). */
export function localTransport(find: (service: string) => LocalService | undefined): Transport {
  return {
    async send(request) {
      const service = find(request.service)
      if (!service) throw new BanyanError('unavailable', `no running instance of service "${request.service}"; start one`)
      const input = copyAsJson(request.input)
      const reply = await service.invoke({ ...request, input }).catch((thrown: unknown) => {
        throw asReceived(`${request.service}.${request.operation}`, toBanyanError(thrown))
      })
      return { ...reply, output: copyOfAnswer(`${request.service}.${request.operation}`, reply.output) }
    },
  }
}

/** Gives the caller an error of its own: copied data, no cause, and where it comes from, as it would arrive over the wire (C2). */
function asReceived(from: string, error: BanyanError): BanyanError {
  const { code, message, status, retry, declared, fields, retryAfterMs } = error
  return new BanyanError(code, message, { status, retry, declared, fields, retryAfterMs, from, data: copyOfAnswer(from, error.data) })
}

/** The caller cannot help what an operation answers, so it is our error; the receiver logs it. */
function copyOfAnswer<T>(operation: string, value: T): T {
  try {
    return copyAsJson(value)
  } catch (cause) {
    throw new BanyanError('internal', `${operation} answered with something that cannot be sent as JSON`, { cause })
  }
}
