import { boundedLimit } from '../records/bounded-limit.ts'
import type { ParkedFilter, ParkedRecord } from '../records/consumption-records.ts'
import { SHOWN_BYTES_MAX } from '../records/shown.ts'
import { allOf, PAGE_DOCUMENTS, removeAll } from './all-of.ts'
import { collection } from './collection.ts'
import type { DocumentBounds, Documents } from './documents.ts'
import { compareKeys } from './key.ts'
import { shown } from './shown.ts'

type State = ParkedRecord['state']

/** How many events of a key are parked, by what is to become of them. Kept, so that keys are found without reading their events. */
interface ParkedKey extends Readonly<Record<State, number>> {
  readonly consumer: string
  readonly source: string
  readonly key: string
}

/** Parked events: by place for lists, and by key. */
export const parkedEvents = collection({
  name: 'banyan_parked',
  key: ({ consumer, source, position }: ParkedRecord) => [consumer, source, position],
  indexes: {
    place: ({ position, consumer, source }) => [position, consumer, source],
    of_key: ({ consumer, source, key, position }) => [consumer, source, key, position],
    state: ({ consumer, source, state, position }) => [consumer, source, state, position],
  },
  large: ['event'],
})

/** Keys with parked events: all, those that somebody asked to handle again, and those without a failed event. */
export const parkedKeys = collection({
  name: 'banyan_parked_key',
  key: ({ consumer, source, key }: ParkedKey) => [consumer, source, key],
  indexes: {
    redriving: ({ consumer, source, key, redriving }) => (redriving > 0 ? [consumer, source, key] : undefined),
    underway: ({ consumer, source, key, failed }) => (failed === 0 ? [consumer, source, key] : undefined),
  },
})

/** Parked events of a service's consumers, and the keys that they stop. */
export class ParkedEvents {
  readonly #documents: Documents

  constructor(documents: Documents) {
    this.#documents = documents
  }

  async park(record: ParkedRecord): Promise<void> {
    const { consumer, source, position, key, event, state, attempts, error, parkedAt } = record
    const before = await this.#documents.get(parkedEvents, [consumer, source, position], { textBytesMax: 0 })
    if (before) await this.#countKey(before, before.state, -1)
    await this.#documents.put(parkedEvents, { consumer, source, position, key, event, state, attempts, error, parkedAt })
    await this.#countKey(record, state, 1)
  }

  async unpark(consumer: string, source: string, position: number): Promise<boolean> {
    const found = await this.#documents.get(parkedEvents, [consumer, source, position], { textBytesMax: 0 })
    if (found === undefined) return false
    await this.#documents.remove(parkedEvents, [consumer, source, position])
    await this.#countKey(found, found.state, -1)
    return true
  }

  /** Lists parked events, oldest position first. */
  async list(filter: ParkedFilter): Promise<ParkedRecord[]> {
    const limit = boundedLimit(filter.limit)
    const reading = filter.brief ? { textBytesMax: SHOWN_BYTES_MAX } : {}
    const page = isExact(filter) ? limit : PAGE_DOCUMENTS
    const found: ParkedRecord[] = []
    for (let { after } = filter; found.length < limit;) {
      const records = await this.#documents.range(parkedEvents, { ...boundsOf(filter, after), ...reading, limit: page })
      found.push(...records.filter((record) => fits(record, filter)).map((record) => shown(record, 'event')))
      after = records.at(-1)
      if (after === undefined || records.length < page) break
    }
    return found.slice(0, limit)
  }

  async keys(consumer: string, source: string, limit: number): Promise<string[]> {
    const found = await this.#documents.range(parkedKeys, { within: [consumer, source], limit })
    return found.map(({ key }) => key)
  }

  async redrivingKeys(consumer: string, source: string, limit: number): Promise<string[]> {
    const found = await this.#documents.range(parkedKeys, { index: 'redriving', within: [consumer, source], limit })
    return found.map(({ key }) => key)
  }

  async keysUnderway(consumer: string, source: string, limit: number): Promise<string[]> {
    const found = await this.#documents.range(parkedKeys, { index: 'underway', within: [consumer, source], limit })
    return found.map(({ key }) => key)
  }

  async has(consumer: string, source: string, key: string): Promise<boolean> {
    return (await this.#documents.get(parkedKeys, [consumer, source, key])) !== undefined
  }

  count(consumer: string, source: string, limit: number): Promise<number> {
    return this.#documents.count(parkedEvents, { within: [consumer, source], limit })
  }

  async mark(consumer: string, source: string, key: string, state: State): Promise<number> {
    const bounds = { index: 'of_key', within: [consumer, source, key] } as const
    let marked = 0
    for (let after: readonly [number] | undefined; ;) {
      const page = await this.#documents.range(parkedEvents, { ...bounds, ...(after && { after }), limit: MARKED_AT_ONCE })
      for (const record of page) await this.#countKey(record, record.state, -1)
      await this.#documents.put(parkedEvents, ...page.map((record) => ({ ...record, state })))
      for (const record of page) await this.#countKey(record, state, 1)
      marked += page.length
      const last = page.at(-1)
      if (last === undefined || page.length < MARKED_AT_ONCE) return marked
      after = [last.position]
    }
  }

  /** Removes those behind a position; returns how many there were. */
  async removeBehind(consumer: string, source: string, position: number): Promise<number> {
    const behind = await allOf(this.#documents, parkedEvents, { within: [consumer, source], after: [position], textBytesMax: 0 })
    for (const record of behind) await this.#countKey(record, record.state, -1)
    return this.#documents.remove(parkedEvents, ...behind.map(parkedEvents.key))
  }

  async forget(consumer: string): Promise<void> {
    await removeAll(this.#documents, parkedEvents, { within: [consumer] })
    await removeAll(this.#documents, parkedKeys, { within: [consumer] })
  }

  async #countKey({ consumer, source, key }: Pick<ParkedRecord, 'consumer' | 'source' | 'key'>, state: State, by: number): Promise<void> {
    const none: ParkedKey = { consumer, source, key, failed: 0, waiting: 0, redriving: 0 }
    const counted = await this.#documents.change(parkedKeys, [consumer, source, key], (found = none) => ({
      ...found,
      [state]: found[state] + by,
    }))
    if (counted && counted.failed + counted.waiting + counted.redriving === 0)
      await this.#documents.remove(parkedKeys, [consumer, source, key])
  }
}

/** Events that are read whole at once to be marked: each may have a megabyte. */
const MARKED_AT_ONCE = 20

type Bounds = DocumentBounds<'place' | 'of_key' | 'state'>

/** The narrowest place that has all that a filter lets through, in the order of their positions; of it what comes behind `after`. */
function boundsOf({ consumer, source, key, state }: ParkedFilter, after: ParkedFilter['after']): Bounds {
  if (consumer === undefined || source === undefined)
    return { index: 'place', ...(after && { after: [after.position, after.consumer, after.source] }) }
  const isOtherBehind = after !== undefined && compareKeys([consumer, source], [after.consumer, after.source]) > 0
  const behind: Bounds = after === undefined ? {} : isOtherBehind ? { from: [after.position] } : { after: [after.position] }
  if (key !== undefined) return { ...behind, index: 'of_key', within: [consumer, source, key] }
  if (state !== undefined) return { ...behind, index: 'state', within: [consumer, source, state] }
  return { ...behind, within: [consumer, source] }
}

/** Whether {@link boundsOf} finds nothing but what a filter lets through. */
function isExact({ consumer, source, key, state }: ParkedFilter): boolean {
  if (consumer === undefined || source === undefined) return [consumer, source, key, state].every((part) => part === undefined)
  return key === undefined || state === undefined
}

function fits(record: ParkedRecord, { consumer, source, key, state }: ParkedFilter): boolean {
  const is = (wanted: string | undefined, found: string): boolean => wanted === undefined || wanted === found
  return is(consumer, record.consumer) && is(source, record.source) && is(key, record.key) && is(state, record.state)
}
