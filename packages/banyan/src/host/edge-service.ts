import type { HostedService } from '../service/hosted-service.ts'
import type { EdgeService } from './edge.ts'

/** Shows a hosted service to the edge: its contract, its raw routes and when it changes, nothing else. */
export function edgeService(service: HostedService): EdgeService {
  return {
    contract: service.contract,
    raw: service.raw,
    listen: service.listen,
    readModel: (operation) => service.projections.readModel(operation),
    positionOf: (token) => service.store.feed.positionOf(token),
  }
}
