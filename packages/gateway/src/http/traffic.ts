import type { Clock } from 'banyan/kernel'
import { type Arrivals, createArrivals } from '../request/arrivals.ts'
import type { ClientAddress } from './client-address.ts'
import { type Connections, createConnections } from './connections.ts'
import { createDepartures, type Departures } from './departures.ts'
import type { ServerLimits } from './http-server.ts'
import type { Refused } from './gateway-meters.ts'

/** What flows in and out of a gateway, and the limits of it. */
export interface Traffic {
  readonly connections: Connections
  readonly arrivals: Arrivals
  readonly departures: Departures
}

/** What watching the flow needs. */
export interface FlowOptions {
  readonly clock: Clock
  readonly limits: ServerLimits
  readonly address: ClientAddress
  readonly refused: Refused
}

/** Creates the limits of what flows. */
export function createTraffic({ clock, limits, address, refused }: FlowOptions): Traffic {
  return {
    connections: createConnections({ clock, limits, isProxy: address.isProxy, refused }),
    arrivals: createArrivals({ clock, limits, refused }),
    departures: createDepartures({ clock, limits, refused }),
  }
}
