import { BanyanError } from '../../kernel/error.ts'
import { boundedLimit } from '../records/bounded-limit.ts'
import type {
  AttemptRecord,
  ConsumptionRecords,
  CursorRecord,
  ParkedFilter,
  ParkedRecord,
  ReadMark,
} from '../records/consumption-records.ts'
import type { EventMark } from '../records/feed.ts'
import { allOf, removeAll } from './all-of.ts'
import { collection } from './collection.ts'
import type { Documents } from './documents.ts'
import { ParkedEvents } from './parked-events.ts'

/** A cursor as it is kept: with the newest event that is known to have been read. */
interface KeptCursor extends CursorRecord {
  readonly readPosition: number
  readonly readId: string | null
}

/** An event that counts as consumed although the cursor has not come to it. */
interface ConsumedEvent extends EventMark {
  readonly consumer: string
  readonly source: string
}

interface KeptAttempt extends AttemptRecord {
  readonly consumer: string
  readonly source: string
}

/** How far each consumer got in each source. */
export const cursors = collection({ name: 'banyan_cursor', key: ({ consumer, source }: KeptCursor) => [consumer, source] })

/** What is consumed above the cursors. */
export const consumed = collection({
  name: 'banyan_consumed',
  key: ({ consumer, source, position }: ConsumedEvent) => [consumer, source, position],
})

/** How often events were tried. */
export const attempts = collection({
  name: 'banyan_attempt',
  key: ({ consumer, source, position }: KeptAttempt) => [consumer, source, position],
})

/**
 * Records of consumption in documents.
 * Invariant: what records or advances has read the cursor in the same transaction and found its own epoch there (P14).
 */
export class DocumentConsumptionRecords implements ConsumptionRecords {
  readonly #documents: Documents
  readonly #parked: ParkedEvents

  constructor(documents: Documents) {
    this.#documents = documents
    this.#parked = new ParkedEvents(documents)
  }

  async cursor(consumer: string, source: string, start = 0): Promise<CursorRecord> {
    const found = await this.#documents.get(cursors, [consumer, source])
    if (found) return cursorRecord(found)
    await this.#documents.add(cursors, newCursor(consumer, source, start))
    return { consumer, source, position: start, epoch: 0 }
  }

  async takeOver(consumer: string, source: string, start = 0): Promise<CursorRecord> {
    const taken = await this.#documents.change(cursors, [consumer, source], (found) => {
      const cursor = found ?? newCursor(consumer, source, start)
      return { ...cursor, epoch: cursor.epoch + 1 }
    })
    return cursorRecord(taken as KeptCursor)
  }

  async record(consumer: string, source: string, { position, id }: EventMark, epoch: number): Promise<boolean> {
    const [cursor, known] = await Promise.all([
      this.#ownCursor(consumer, source, epoch),
      this.#documents.get(consumed, [consumer, source, position]),
    ])
    if (position <= cursor.position || known) return false
    await this.#documents.add(consumed, { consumer, source, position, id })
    return true
  }

  async recorded(consumer: string, source: string): Promise<number[]> {
    const cursor = await this.#documents.get(cursors, [consumer, source])
    if (cursor === undefined) return []
    const found = await allOf(this.#documents, consumed, { within: [consumer, source], from: [cursor.position + 1] })
    return found.map(({ position }) => position)
  }

  async advance(consumer: string, source: string, position: number, epoch: number, read?: EventMark): Promise<void> {
    const cursor = await this.#ownCursor(consumer, source, epoch)
    const isNewer = read !== undefined && read.position > cursor.readPosition
    const { readPosition, readId } = isNewer ? { readPosition: read.position, readId: read.id } : cursor
    await this.#documents.put(cursors, { ...cursor, position: Math.max(cursor.position, position), readPosition, readId })
    await removeAll(this.#documents, consumed, { within: [consumer, source], upTo: [position] })
  }

  async lastRead(consumer: string, source: string): Promise<ReadMark | undefined> {
    const newestConsumed = { within: [consumer, source], limit: 1, reverse: true } as const
    const [cursor, [newest]] = await Promise.all([
      this.#documents.get(cursors, [consumer, source]),
      this.#documents.range(consumed, newestConsumed),
    ])
    if (cursor === undefined) return newest && { position: newest.position, id: newest.id }
    const marks: ReadMark[] = [
      { position: cursor.position, id: undefined },
      { position: cursor.readPosition, id: cursor.readId ?? undefined },
      ...(newest ? [{ position: newest.position, id: newest.id }] : []),
    ]
    const highest = Math.max(...marks.map(({ position }) => position))
    const there = marks.filter(({ position }) => position === highest)
    return there.find(({ id }) => id !== undefined) ?? there[0]
  }

  async rewind(consumer: string, source: string, { position, id }: ReadMark): Promise<number> {
    const mark = { readPosition: position, readId: id ?? null }
    await this.#documents.change(
      cursors,
      [consumer, source],
      (found) => found && { ...found, ...mark, position: Math.min(found.position, position), epoch: found.epoch + 1 },
    )
    const within = [consumer, source]
    await removeAll(this.#documents, consumed, { within, after: [position] })
    await removeAll(this.#documents, attempts, { within, after: [position] })
    await removeAll(this.#documents, attempts, { within, before: [-position] })
    return this.#parked.removeBehind(consumer, source, position)
  }

  async cursors(): Promise<CursorRecord[]> {
    return (await allOf(this.#documents, cursors, { within: [] })).map(cursorRecord)
  }

  async forget(consumer: string): Promise<void> {
    await removeAll(this.#documents, cursors, { within: [consumer] })
    await removeAll(this.#documents, consumed, { within: [consumer] })
    await removeAll(this.#documents, attempts, { within: [consumer] })
    await this.#parked.forget(consumer)
  }

  async countAttempt(consumer: string, source: string, position: number, nextAt = 0): Promise<number> {
    const counted = await this.#documents.change(attempts, [consumer, source, position], (found) => {
      return { consumer, source, position, attempts: (found?.attempts ?? 0) + 1, nextAt }
    })
    return counted?.attempts ?? 1
  }

  async attempts(consumer: string, source: string, limit: number): Promise<AttemptRecord[]> {
    const found = await this.#documents.range(attempts, { within: [consumer, source], limit: boundedLimit(limit) })
    return found.map((attempt) => ({ position: attempt.position, attempts: attempt.attempts, nextAt: attempt.nextAt }))
  }

  async clearAttempts(consumer: string, source: string, position: number): Promise<void> {
    await this.#documents.remove(attempts, [consumer, source, position])
  }

  park(record: ParkedRecord): Promise<void> {
    return this.#parked.park(record)
  }

  unpark(consumer: string, source: string, position: number): Promise<boolean> {
    return this.#parked.unpark(consumer, source, position)
  }

  parked(filter: ParkedFilter): Promise<ParkedRecord[]> {
    return this.#parked.list(filter)
  }

  parkedKeys(consumer: string, source: string, limit: number): Promise<string[]> {
    return this.#parked.keys(consumer, source, limit)
  }

  isParked(consumer: string, source: string, key: string): Promise<boolean> {
    return this.#parked.has(consumer, source, key)
  }

  parkedCount(consumer: string, source: string, limit: number): Promise<number> {
    return this.#parked.count(consumer, source, limit)
  }

  keysUnderway(consumer: string, source: string, limit: number): Promise<string[]> {
    return this.#parked.keysUnderway(consumer, source, boundedLimit(limit))
  }

  redrivingKeys(consumer: string, source: string, limit: number): Promise<string[]> {
    return this.#parked.redrivingKeys(consumer, source, boundedLimit(limit))
  }

  markParked(consumer: string, source: string, key: string, state: ParkedRecord['state']): Promise<number> {
    return this.#parked.mark(consumer, source, key, state)
  }

  async #ownCursor(consumer: string, source: string, epoch: number): Promise<KeptCursor> {
    const cursor = await this.#documents.get(cursors, [consumer, source])
    if (cursor?.epoch === epoch) return cursor
    const now = cursor ? `now belongs to epoch ${cursor.epoch}` : 'has no cursor any more'
    throw new BanyanError('fenced', `consumer "${consumer}" of "${source}" ${now}, this attempt to epoch ${epoch}; it must not commit`)
  }
}

function newCursor(consumer: string, source: string, position: number): KeptCursor {
  return { consumer, source, position, epoch: 0, readPosition: 0, readId: null }
}

function cursorRecord({ consumer, source, position, epoch }: CursorRecord): CursorRecord {
  return { consumer, source, position, epoch }
}
