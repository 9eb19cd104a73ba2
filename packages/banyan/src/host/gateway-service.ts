import type { HostedService } from '../service/hosted/hosted-service.ts'
import type { GatewayService } from './gateway.ts'

/** Shows a hosted service to the gateway: its contract, its raw routes and when it changes, nothing else. */
export function gatewayService(service: HostedService): GatewayService {
  return {
    contract: service.contract,
    raw: service.raw,
    listen: service.listen,
    readModel: (operation) => service.projections.readModel(operation),
    positionOf: (token) => service.store.feed.positionOf(token),
  }
}
