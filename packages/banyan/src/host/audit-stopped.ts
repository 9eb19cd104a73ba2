import { localTransport } from '../call/local-transport.ts'
import type { Transport } from '../call/transport.ts'
import { auditOfCall } from '../contract/audit.ts'
import { BanyanError } from '../kernel/error.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { type AuditRunner, auditRunners } from '../service/operation/audit-runner.ts'
import type { Service } from '../service/define/service-parts.ts'
import type { ServiceBase } from '../service/handler/service-runtime.ts'
import { variantFor } from '../store/definition.ts'
import type { Store } from '../store/store.ts'
import { createMetrics, createTracing } from '../telemetry/index.ts'
import type { Violation } from './platform-admin.ts'
import type { Platform } from './platform.ts'
import { type ChosenStores, platformStores } from './platform-stores.ts'
import { auditClient } from './platform-client.ts'

/** Where the data of a platform are that does not run. */
export interface StoppedOptions {
  readonly runtime: Runtime
  /** Open the stores for reading only. */
  readonly stores: ChosenStores
  /** Directory for files that services keep besides their stores. */
  readonly directory: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/**
 * Checks the invariants of a platform that does not run, by the same audit queries: each store is opened when its service is asked first, and nothing
 * else of the service runs. An empty list also when the platform has none.
 */
export async function auditStopped(platform: Platform, options: StoppedOptions): Promise<readonly Violation[]> {
  const { runtime, directory, environment } = options
  await using services = stoppedServices(platform, options)
  const { transport } = services
  return (
    (await platform.invariants?.({
      ask: (contract) => auditClient(contract, transport, runtime),
      directory,
      environment,
      now: runtime.clock.now(),
    })) ?? []
  )
}

function stoppedServices(
  platform: Platform,
  { runtime, environment, ...chosen }: StoppedOptions,
): AsyncDisposable & { readonly transport: Transport } {
  const stores = platformStores(platform, chosen.stores, { environment, readOnly: true })
  const opened: Store[] = []
  const byName = new Map<string, Promise<ReadonlyMap<string, AuditRunner>>>()
  const shared = { runtime, metrics: createMetrics(), tracing: createTracing(runtime) }

  async function open(service: Service): Promise<ReadonlyMap<string, AuditRunner>> {
    const { name, definition } = service
    const { migrations, repository } = variantFor(name, definition.store, stores.offer(name))
    const store = await stores.open({ service: name, migrations, runtime })
    opened.push(store)
    return auditRunners(service, { ...shared, name, store, repository: repository as ServiceBase['repository'] })
  }
  function runnersOf(service: Service): Promise<ReadonlyMap<string, AuditRunner>> {
    const known = byName.get(service.name) ?? open(service)
    byName.set(service.name, known)
    return known
  }
  return {
    transport: localTransport((name) => {
      const service = platform.services.find((one) => one.name === name)
      if (!service) return undefined
      return {
        async invoke(request) {
          const audit = auditOfCall(request.operation)
          const ask = audit === undefined ? undefined : (await runnersOf(service)).get(audit)
          if (!ask) throw new BanyanError('unavailable', `service ${name} does not run, so it answers nothing but its audit queries`)
          return ask(request)
        },
      }
    }),
    async [Symbol.asyncDispose]() {
      for (const store of opened) await store.close()
    },
  }
}
