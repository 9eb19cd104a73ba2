import type { Contract } from '../contract/contract.ts'
import type { BanyanError } from '../kernel/error.ts'
import type { HostedService } from '../service/hosted/hosted-service.ts'
import { problemOf } from '../service/hosted/raw-problem.ts'
import type { Service } from '../service/define/service-parts.ts'
import type { GatewayService, RawRequestHandler } from './gateway.ts'
import type { RemoteLog } from './reader-reports.ts'
import type { Placement } from './placement.ts'
import type { Platform } from './platform.ts'

/** Shows all services of a platform to the gateway, in start order: those that run here as they are, the others as they can be reached. */
export function gatewayServices(
  { contracts, services }: Platform,
  { absent }: Placement,
  { hosted, logOf }: { readonly hosted: ReadonlyMap<string, HostedService>; readonly logOf: (service: string) => RemoteLog | undefined },
): readonly GatewayService[] {
  return contracts.map((contract) => {
    const here = hosted.get(contract.name)
    return here ? local(here) : elsewhere(contract, services, { absent: () => absent(contract.name), log: logOf(contract.name) })
  })
}

function local(service: HostedService): GatewayService {
  return {
    contract: service.contract,
    raw: service.raw,
    listen: service.listen,
  }
}

/** Calls of it go over the transport, which answers for itself. Hints that something has changed come with its log; its own notifications do not. */
function elsewhere(
  contract: Contract,
  services: readonly Service[],
  { absent, log }: { readonly absent: () => BanyanError; readonly log: RemoteLog | undefined },
): GatewayService {
  const prefix = services.find(({ name }) => name === contract.name)?.parts.routes?.prefix
  return {
    contract,
    raw: prefix === undefined ? undefined : { prefix, handle: refusal(absent) },
    listen: (_key, listener) => log?.feed.subscribe(listener) ?? (() => {}),
  }
}

function refusal(absent: () => BanyanError): RawRequestHandler['handle'] {
  return (_request, response) => {
    const { status, headers, body } = problemOf(absent())
    response.writeHead(status, { ...headers, connection: 'close' }).end(body)
  }
}
