export { type Body, type ReceivedBody } from './body.ts'
export { type Header, HEADER_BYTES_MAX, ReceivedHeaders } from './headers.ts'
export { type HttpNetworkOptions, httpNetwork } from './http/http-network.ts'
export { type MemoryNetwork, type MemoryNetworkOptions, memoryNetwork } from './memory/memory-network.ts'
export { type Fate, type Trip } from './memory/passage.ts'
export {
  BODY_BYTES_MAX,
  type Listener,
  type Network,
  type NetworkAnswer,
  type NetworkHandler,
  type NetworkRequest,
  type ReceivedAnswer,
  type ReceivedRequest,
  type ServeOptions,
} from './network.ts'
