import type { Transport } from '../call/transport.ts'
import type { AuditClient } from '../contract/audit.ts'
import type { Contract } from '../contract/contract.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { HostedService } from '../service/hosted/hosted-service.ts'
import type { LogReaders } from './log-readers.ts'
import type { PlatformAdmin } from './platform-admin.ts'
import type { Platform } from './platform.ts'
import { auditClient } from './platform-client.ts'
import { serviceAdmin } from './service-admin.ts'

/** What the administration of a running platform reaches. */
export interface Administered {
  readonly hosted: ReadonlyMap<string, HostedService>
  readonly readers: LogReaders
  readonly transport: Transport
  readonly runtime: Runtime
  readonly directory: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Builds what people can see and do of a platform that runs. */
export function runningAdmin(platform: Platform, administered: Administered): PlatformAdmin {
  const { hosted, readers, transport, runtime, directory, environment } = administered
  return {
    get services() {
      return [...hosted.values()].map((service) => serviceAdmin(service, readers))
    },
    hasInvariants: platform.invariants !== undefined,
    async violations() {
      const ask = <C extends Contract>(contract: C): AuditClient<C> => auditClient(contract, transport, runtime)
      return (await platform.invariants?.({ ask, directory, environment, now: runtime.clock.now() })) ?? []
    },
  }
}
