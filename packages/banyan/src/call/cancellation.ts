import { BanyanError } from '../kernel/error.ts'
import type { CallReply, CallRequest, Transport } from './transport.ts'

/** Sends a call whose caller waits no longer than until its signal aborts (C5), wherever the service is. */
export function sendUnlessAborted(transport: Transport, request: CallRequest): Promise<CallReply> {
  return request.signal ? sendAbortable(transport, request, request.signal) : transport.send(request)
}

async function sendAbortable(transport: Transport, request: CallRequest, signal: AbortSignal): Promise<CallReply> {
  const { service, operation, scope } = request
  const name = `${service}.${operation}`
  if (signal.aborted) throw new BanyanError('cancelled', `the call of ${name} was not sent: its signal had aborted`, { retry: 'safe' })
  const abandoned = (): boolean => signal.aborted || (scope.abandoned?.() ?? false)
  const aborted = Promise.withResolvers<never>()
  const abort = (): void =>
    aborted.reject(new BanyanError('cancelled', `the call of ${name} was cancelled by its caller; it may still happen`))
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([transport.send({ ...request, scope: { ...scope, abandoned } }), aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
