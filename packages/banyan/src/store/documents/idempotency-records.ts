import { assertAnswerFits, INLINE_ANSWER_BYTES_MAX } from '../records/bounds.ts'
import type { FoundIdempotencyRecord, IdempotencyRecord, IdempotencyRecords } from '../records/idempotency-records.ts'
import { collection } from './collection.ts'
import type { Documents } from './documents.ts'

/** Answers by the keys they are kept for. */
export const answers = collection({
  name: 'banyan_answer',
  key: ({ scope, key }: FoundIdempotencyRecord) => [scope, key],
  indexes: { expiry: ({ expiresAt }) => [expiresAt] },
  large: ['reply'],
})

/** Idempotency records in documents. An expired record counts as absent. */
export class DocumentIdempotencyRecords implements IdempotencyRecords {
  readonly #documents: Documents
  readonly #now: () => number

  constructor(documents: Documents, now: () => number) {
    this.#documents = documents
    this.#now = now
  }

  async find(scope: string, key: string): Promise<FoundIdempotencyRecord | undefined> {
    const found = await this.#documents.get(answers, [scope, key], { textBytesMax: INLINE_ANSWER_BYTES_MAX })
    if (found === undefined || found.expiresAt <= this.#now()) return undefined
    return found.replyBytes > INLINE_ANSWER_BYTES_MAX ? { ...found, reply: null } : found
  }

  async reply(scope: string, key: string): Promise<string | null> {
    const found = await this.#documents.get(answers, [scope, key])
    return found !== undefined && found.expiresAt > this.#now() ? found.reply : null
  }

  async save(record: IdempotencyRecord): Promise<boolean> {
    assertAnswerFits(record)
    const { scope, key, fingerprint, state, reply, permits, expiresAt } = record
    const replyBytes = Buffer.byteLength(reply ?? '')
    let isSaved = false
    await this.#documents.change(answers, [scope, key], (found) => {
      isSaved = found === undefined || found.state === 'started' || found.expiresAt <= this.#now()
      return isSaved ? { scope, key, fingerprint, state, reply, replyBytes, permits, expiresAt } : undefined
    })
    return isSaved
  }

  async prune(now: number, limit: number): Promise<number> {
    const expired = await this.#documents.range(answers, { index: 'expiry', upTo: [now], limit, textBytesMax: 0 })
    return this.#documents.remove(answers, ...expired.map(answers.key))
  }
}
