import { type AwaitedWrites, type Leave, WaitingPlaces } from 'banyan/call'
import type { GatewayService } from 'banyan/host'
import { BanyanError } from 'banyan/kernel'
import type { Exchange } from '../http/exchange.ts'
import { awaitedWrites } from '../request/request-headers.ts'

/** How many requests may wait with `Banyan-After` until they can see what was written before. */
export interface OwnWritesLimits {
  /** Of one client address (IPv6: /64). Default 32. */
  readonly perAddress?: number
  /** In all. Default 500. */
  readonly max?: number
}

/** Reads which writes a request wants to see. The services that it queries wait for them, and ask here for a place to do so. */
export interface OwnWrites {
  /** What the request's `Banyan-After` names; undefined without the header. Throws `invalid_argument` for what is no token of this platform. */
  awaited(exchange: Exchange): AwaitedWrites | undefined
}

/** What it needs of the gateway. */
export interface OwnWritesOptions {
  readonly services: readonly GatewayService[]
  readonly limits: OwnWritesLimits
  readonly addressOf: (exchange: Exchange) => string
  readonly refused: (limit: string) => void
}

/** Prepares what reads see of their caller's writes. */
export function createOwnWrites({ services, limits, addressOf, refused }: OwnWritesOptions): OwnWrites {
  const logs = new Set(services.map(({ contract }) => contract.name))
  const places = new WaitingPlaces({ ...limits, refused })
  return {
    awaited(exchange) {
      const writes = awaitedWrites(exchange.request.headers['banyan-after'])
      if (writes.length === 0) return undefined
      const stranger = writes.find(({ service }) => !logs.has(service))
      if (stranger) throw new BanyanError('invalid_argument', `Banyan-After names a service that is not here: "${stranger.service}"`)
      return { writes, enter: onePlace(() => places.enter(addressOf(exchange))) }
    },
  }
}

/** A request takes one place, however many services wait for it at once. */
function onePlace(enter: () => Leave): () => Leave {
  let waiting = 0
  let leave: Leave | undefined
  return () => {
    leave ??= enter()
    waiting++
    return () => {
      if (--waiting > 0) return
      leave?.()
      leave = undefined
    }
  }
}
