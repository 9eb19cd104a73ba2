import { assertTimerFits, DATA_BYTES_MAX } from '../records/bounds.ts'
import type { TimerRecord, TimerRecords } from '../records/timer-records.ts'
import { collection } from './collection.ts'
import type { Documents } from './documents.ts'

/** A timer as it is kept. */
interface KeptTimer extends TimerRecord {
  readonly dataBytes: number
}

/** Timers, by when they are due, and by since when they wait. */
export const timers = collection({
  name: 'banyan_timer',
  key: ({ id }: KeptTimer) => [id],
  indexes: {
    due: ({ dueAt, id }) => [dueAt, id],
    waits: ({ waitsSince }) => (waitsSince === undefined ? undefined : [waitsSince]),
  },
  large: ['data'],
})

/** Bytes of data in the timers of one look: some of the largest kind. */
const DUE_BYTES_MAX = 4 * DATA_BYTES_MAX

/** Durable timers in documents. */
export class DocumentTimerRecords implements TimerRecords {
  readonly #documents: Documents

  constructor(documents: Documents) {
    this.#documents = documents
  }

  async schedule(timer: TimerRecord): Promise<void> {
    assertTimerFits(timer)
    const { id, name, dueAt, data, waitsSince, attempts, correlationId } = timer
    const dataBytes = Buffer.byteLength(data)
    await this.#documents.put(timers, { id, name, dueAt, data, dataBytes, waitsSince, attempts, correlationId })
  }

  async cancel(id: string): Promise<boolean> {
    return (await this.#documents.remove(timers, [id])) === 1
  }

  async due(now: number, limit: number): Promise<TimerRecord[]> {
    const range = { index: 'due', upTo: [now] } as const
    const sizes = await this.#documents.range(timers, { ...range, limit, textBytesMax: 0 })
    let count = 0
    for (let bytes = 0; count < sizes.length && bytes < DUE_BYTES_MAX; count++) bytes += sizes[count]?.dataBytes ?? 0
    const due = count === 0 ? [] : await this.#documents.range(timers, { ...range, limit: count })
    return due.map(timerRecord)
  }

  async clockSetBack(now: number, limit: number): Promise<number> {
    const waiting = await this.#documents.range(timers, { index: 'waits', after: [now], limit })
    const anew = waiting.map((timer) => ({ ...timer, dueAt: now + timer.dueAt - (timer.waitsSince ?? now), waitsSince: now }))
    if (anew.length > 0) await this.#documents.put(timers, ...anew)
    return anew.length
  }

  async nextDue(): Promise<number | undefined> {
    const [next] = await this.#documents.range(timers, { index: 'due', limit: 1, textBytesMax: 0 })
    return next?.dueAt
  }
}

function timerRecord({ id, name, dueAt, data, waitsSince, attempts, correlationId }: KeptTimer): TimerRecord {
  return { id, name, dueAt, data, attempts, correlationId, ...(waitsSince === undefined ? {} : { waitsSince }) }
}
