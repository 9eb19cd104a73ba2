import type { EventMap } from '../contract/contract.ts'
import type { Contract } from '../contract/contract.ts'
import type { ReceivedEvent } from '../events/reading/received-event.ts'
import type { Sql } from '../store/sql.ts'

/** Full name of one of a projection's tables in the generation that is being written or read. */
export type TableName = (table: string) => string

/** Applies an event to the read model; runs in the transaction that moves the cursor. */
export type ProjectionHandler<D, H = Sql> = (event: ReceivedEvent<string, D>, database: H, table: TableName) => unknown

/** Handlers by event type. */
export type ProjectionHandlers<U extends readonly Contract[]> = {
  readonly [T in keyof EventMap<U>]?: ProjectionHandler<EventMap<U>[T]>
}

/** A read model kept up to date from events (CQRS). */
export interface ProjectionDefinition {
  readonly kind: 'projection'
  /** Kind of engine that its tables are for. */
  readonly engine: string
  readonly name: string
  /** Creates the tables; every name of a table and an index must come from `table`, so that a rebuild can fill new ones while the old ones serve. */
  readonly tables: (table: TableName) => readonly string[]
  // oxlint-disable-next-line typescript/no-explicit-any -- handlers of differently typed events stand in one map
  readonly on: Readonly<Record<string, ProjectionHandler<any, any>>>
  /** Grows when tables or handlers change: the next start rebuilds it from the log. Default 1. */
  readonly version: number
}
