export { type ClientFactory, clientFactory, type ClientOptions, refusingCalls } from './client.ts'
export { type LocalService, localTransport } from './local-transport.ts'
export { childScope, type Scope } from './scope.ts'
export type { CallReply, CallRequest, Transport } from './transport.ts'
