import type { ShopClient } from '../support/shop-client.ts'
import type { ShopProcess } from '../support/shop-process.ts'
import type { Customers } from './customers.ts'
import type { Database } from './database.ts'
import type { Members } from './members.ts'
import type { Flow } from './points.ts'
import type { ShopLives } from './shop-lives.ts'
import type { SmallDisk } from '../support/small-disk.ts'

/** Orders placed at once: two of each way a payment can go, and both kinds of shortage. */
export const BATCH = 10
/**
 * On a shared store a restarted shop waits so long for what its killed predecessor ran. Long enough for a heartbeat on a machine that is
 * overloaded several times: with a second, engines lost their leases again and again, and their sagas with them.
 */
export const LEASE_MS = 2_500

/** What a campaign is about. */
export interface CampaignOptions {
  readonly flow: Flow
  /** Processes of the shop that serve at a time. Default 1. */
  readonly instances?: 1 | 2
  /** Empty directory for the shop's data. */
  readonly directory: string
  readonly seed: number
  /** Default: SQLite files in the directory. */
  readonly database?: Database
  /** Share of orders that may be rejected because a step was killed too often. Default {@link GIVEN_UP_SHARE_MAX}. */
  readonly givenUpShareMax?: number
  /** The disk under the data, when it may be filled up. */
  readonly disk?: SmallDisk
}

/** What strikes work with. */
export interface Battlefield {
  readonly options: CampaignOptions
  readonly lives: ShopLives
  readonly customers: Customers
  readonly members: Members
  /** Speaks to a running shop as the customer. */
  clientOf(shop: ShopProcess): ShopClient
  /** Orders until one is accepted, repeats what was not answered and looks after what was promised; returns early when the shop dies. */
  resume(shop: ShopProcess): Promise<void>
}
