import type { GatewayService, ReadModel } from 'banyan/host'
import { BanyanError, type Clock, type Deadline } from 'banyan/kernel'
import type { Exchange } from '../http/exchange.ts'
import { awaitedWrites } from '../request/request-headers.ts'
import { lookOnce, notSeen, type Pending, WaitingRoom } from './waiting-room.ts'

/** How many requests may wait with `Banyan-After` until they can see what was written before. */
export interface OwnWritesLimits {
  /** Of one client address (IPv6: /64). Default {@link WAITERS_PER_ADDRESS}. */
  readonly perAddress?: number
  /** In all. Default {@link WAITERS_MAX}. */
  readonly max?: number
}

/** Lets readers see what they wrote. */
export interface OwnWrites {
  /**
   * Resolves when `models` have what the request's `Banyan-After` names; at once where they read nothing of it. Rejects with
   * `invalid_argument` for what is no token, `deadline_exceeded` that names the lag, `overloaded` when too many wait, `cancelled` when the
   * client goes away.
   */
  see(exchange: Exchange, models: readonly ReadModel[], deadline: Deadline): Promise<void>
}

/** What waiting needs of the gateway. */
export interface OwnWritesOptions {
  readonly clock: Clock
  readonly services: readonly GatewayService[]
  readonly limits: OwnWritesLimits
  readonly addressOf: (exchange: Exchange) => string
  readonly refused: (limit: string) => void
}

/** A page that reads a dozen things at once after a write, and some of its neighbours behind the same address. */
const WAITERS_PER_ADDRESS = 32
/** Each is looked at in every round; projections are some milliseconds behind, so more of them means that something is wrong. */
const WAITERS_MAX = 500

/** Prepares what reads see of their caller's writes. */
export function createOwnWrites({ clock, services, limits, addressOf, refused }: OwnWritesOptions): OwnWrites {
  const { perAddress = WAITERS_PER_ADDRESS, max = WAITERS_MAX } = limits
  const room = new WaitingRoom({ clock, max, perAddress, refused })
  return {
    async see(exchange, models, deadline) {
      const writes = awaitedWrites(exchange.request.headers['banyan-after'])
      const all = writes.flatMap(({ service, token }) => pendingOf(services, models, service, token))
      for (const one of all) one.position = await one.locate()
      const pending = await notSeen(all, lookOnce())
      if (pending.length > 0) await room.wait(exchange.connection, addressOf(exchange), pending, deadline)
    },
  }
}

/** Only projections that are made of the service's events can lack the write. */
function pendingOf(services: readonly GatewayService[], models: readonly ReadModel[], source: string, token: string): Pending[] {
  const service = services.find(({ contract }) => contract.name === source)
  if (!service) throw new BanyanError('invalid_argument', `Banyan-After names a service that is not here: "${source}"`)
  const locate = (): Promise<number | undefined> => service.positionOf(token)
  return models.filter(({ sources }) => sources.includes(source)).map((model) => ({ model, source, locate, position: undefined }))
}
