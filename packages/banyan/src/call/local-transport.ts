import { BanyanError, reworded, toBanyanError } from '../kernel/error.ts'
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
      try {
        const reply = await service.invoke({ ...request, input: copyAsJson(request.input) })
        return { ...reply, output: copyAsJson(reply.output) }
      } catch (thrown) {
        throw asReceived(toBanyanError(thrown))
      }
    },
  }
}

/** Gives the caller an error of its own: copied data and no cause, as it would arrive over the wire (C2). */
function asReceived(error: BanyanError): BanyanError {
  return reworded(error, error.message, error.data === undefined ? {} : { data: copyAsJson(error.data) })
}
