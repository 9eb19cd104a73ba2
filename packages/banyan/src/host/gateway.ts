import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Transport } from '../call/transport.ts'
import type { Contract } from '../contract/contract.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { Metrics } from '../telemetry/index.ts'
import type { PlatformAdmin } from './platform-admin.ts'
import type { HealthReport } from './health.ts'

/** Answers the raw requests of a service: the service itself, or whatever stands for it here. */
export interface RawRequestHandler {
  readonly prefix: string
  handle(request: IncomingMessage, response: ServerResponse): void
}

/** One service of the platform, whichever process hosts it. */
export interface GatewayService {
  readonly contract: Contract
  /** Its raw routes; undefined when it has none that are known here. */
  readonly raw: RawRequestHandler | undefined
  /**
   * Calls `listener` at each `tx.notify(key)` of the service, where it runs in this process, before the answer of the notifying handler leaves, and when
   * its log of events may have grown, also by other processes. Only a hint: what must not be missed is asked for now and then. Returns how
   * to stop.
   */
  listen(key: string, listener: () => void): () => void
}

/** What a running process offers to its gateway. */
export interface GatewayHost {
  readonly runtime: Runtime
  readonly environment: Readonly<Record<string, string | undefined>>
  /** All services of the platform. */
  readonly services: readonly GatewayService[]
  readonly transport: Transport
  readonly admin: PlatformAdmin
  readonly metrics: Metrics
  /** Secret of this machine's operator: whoever proves to know it (`operator-proof.ts`) may do what operators may; undefined when there is none. */
  readonly operatorKey: string | undefined
  health(): HealthReport
  /** True once the process drains: readiness fails, connections are asked to close. */
  draining(): boolean
}

/** Where a gateway listens. */
export interface ListenOptions {
  readonly port: number
  /** Default `127.0.0.1` on a laptop; a container sets `0.0.0.0`. */
  readonly hostname: string
}

/** A listening gateway. */
export interface RunningGateway {
  /** The real port, also when 0 was asked for. */
  readonly port: number
  /** The literal address that it listens on, e.g. `127.0.0.1`: a name could lead to somebody else. */
  readonly address: string
  /** Stops accepting, waits for what is under way at most `timeoutMs`, then closes. */
  close(timeoutMs: number): Promise<void>
}

/** THE GATEWAY PORT: what stands in front of the services. `@banyan/gateway` is one. */
export interface Gateway {
  /** Throws `unavailable` with what to do when the port is taken. */
  start(host: GatewayHost, options: ListenOptions): Promise<RunningGateway>
}
