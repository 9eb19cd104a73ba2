import { BanyanError, reworded, toBanyanError } from '../kernel/error.ts'
import { NOT_PLAIN, plainCopy } from '../kernel/plain-json.ts'
import type { CallReply, LocalTransport, ReceivedCall } from './transport.ts'

/** Runs operations of services hosted in this process. */
export interface LocalService {
  /**
   * Authorises, validates and runs one operation. The input is the caller's own: what the handler gets is a copy of what the contract
   * declares, and so is the output that it answers with.
   */
  invoke(call: ReceivedCall): Promise<CallReply>
}

/**
 * Calls services of the same process exactly as if they were remote: copied and validated by the service, with the same errors (law 2). `absent` says
 * why one cannot be called that `find` does not find.
 */
export function localTransport(find: (service: string) => LocalService | undefined, absent = noInstance): LocalTransport {
  return {
    async send(request) {
      const service = find(request.service)
      if (!service) throw absent(request.service)
      return service.invoke(request).catch((thrown: unknown) => {
        throw asReceived(`${request.service}.${request.operation}`, toBanyanError(thrown))
      })
    },
  }
}

function noInstance(service: string): BanyanError {
  return new BanyanError('unavailable', `no running instance of service "${service}"; start one`)
}

/**
 * Gives the caller an error of its own: copied data, no cause, and where it comes from, as it would arrive over the wire (C2). Data that no wire
 * carries is left out; what a contract declares has been checked.
 */
function asReceived(from: string, error: BanyanError): BanyanError {
  const data = error.data === undefined ? undefined : plainCopy(error.data)
  return reworded(error, error.message, { from, data: data === NOT_PLAIN ? undefined : data })
}
