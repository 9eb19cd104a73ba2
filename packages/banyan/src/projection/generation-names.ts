import { misuse } from '../kernel/error.ts'
import type { GenerationRecord } from '../store/records/generation-records.ts'
import type { CursorRecord } from '../store/records/consumption-records.ts'
import type { TableName } from './projection.ts'

/** Returns the names of a generation's tables, e.g. `order_view_g3`. */
export function tableNames(generation: number): TableName {
  return (table) => {
    if (!TABLE.test(table)) misuse(`"${table}" cannot name a projection's table; use lower-case letters, digits and "_", at most 50`)
    return `${table}_g${generation}`
  }
}

/** Name of the consumers that fill a generation, one per source. */
export function consumerName({ name, generation }: Pick<GenerationRecord, 'name' | 'generation'>): string {
  return `projection:${name}:${generation}`
}

/** Tells whether a consumer fills a generation, any, of the projection. */
export function isConsumerOf(projection: string, consumer: string): boolean {
  const prefix = `projection:${projection}:`
  return consumer.startsWith(prefix) && /^\d+$/.test(consumer.slice(prefix.length))
}

/** Picks the durable positions of a generation, by source. */
export function positionsOf(record: GenerationRecord, cursors: readonly CursorRecord[]): ReadonlyMap<string, number> {
  const consumer = consumerName(record)
  return new Map(cursors.filter((cursor) => cursor.consumer === consumer).map(({ source, position }) => [source, position]))
}

/** Leaves room for the generation within PostgreSQL's 63 characters. */
const TABLE = /^[a-z][a-z0-9_]{0,49}$/
