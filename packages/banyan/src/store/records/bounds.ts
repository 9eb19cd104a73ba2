import { KEY_LENGTH_MAX } from '../../contract/text.ts'
import { BanyanError } from '../../kernel/error.ts'
import { isStorable, unstorable } from '../../kernel/storable.ts'
import type { NewEvent } from './feed.ts'
import type { IdempotencyRecord } from './idempotency-records.ts'
import type { TimerRecord } from './timer-records.ts'
import type { SagaRecord, SagaSignalRecord } from './saga-records.ts'

// Owns: how much one record may hold, the same in all stores. Whoever builds a record is told before anything commits.

/**
 * Bytes of JSON in one event, saga input, step output, signal or timer at most: as much as a request's body may have. They are read again and
 * again, by every consumer and every replay; what is larger belongs into a table, and its id into the event.
 */
export const DATA_BYTES_MAX = 1_048_576
/** Bytes of an answer that is kept for its key at most: an answer repeats what the body said, and may say it at greater length. */
export const ANSWER_BYTES_MAX = 4 * DATA_BYTES_MAX
/** Bytes of an answer that is read with its record, unasked: as much as the usual one has. */
export const INLINE_ANSWER_BYTES_MAX = 4_096
/** Bytes of an idempotency key at most: what PostgreSQL indexes, less the operation's name. The gateway's keys are half as long. */
export const IDEMPOTENCY_KEY_BYTES_MAX = 2_000

/** UTF-8 needs at most three bytes for one unit of UTF-16. */
const BYTES_PER_UNIT_MAX = 3
/** An escape of NUL or of half a surrogate pair. Before it stand whole pairs of backslashes: those are backslashes of the text. */
const UNSTORABLE_ESCAPE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/

/** Throws `misuse` for an event that is too large, or that holds what no consumer could store: it would be parked by each of them. */
export function assertEventFits({ type, key, data }: NewEvent): void {
  assertKey(`the key of event ${type}`, key)
  assertData(`event ${type}`, data)
  if (data.includes('\\u') && UNSTORABLE_ESCAPE.test(data)) throw unstorable(`event ${type}`, data.includes('\\u0000') ? '\0' : '\ud800')
}

/** Throws `misuse` for a saga whose id or input is too large. */
export function assertSagaFits({ id, name, input }: Pick<SagaRecord, 'id' | 'name' | 'input'>): void {
  assertKey(`the id of saga ${name}`, id)
  assertData(`the input of saga ${name}`, input)
}

/** Throws `misuse` for a step whose output is too large; `of` names the step. */
export function assertOutputFits(of: string, output: string): void {
  assertData(`the output of ${of}`, output)
}

/** Throws `misuse` for a signal whose id or data is too large. */
export function assertSignalFits({ name, signalId, data }: SagaSignalRecord): void {
  assertKey(`the id of signal ${name}`, signalId)
  assertData(`signal ${name}`, data)
}

/** Throws `misuse` for a new timer whose id or data is too large. */
export function assertTimerFits({ id, name, data, attempts }: TimerRecord): void {
  if (attempts > 0) return // it was stored before
  assertKey(`the id of timer ${name}`, id)
  assertData(`timer ${name}`, data)
}

/** Throws `misuse` for an answer that is too large to be kept, and for a key that cannot be indexed. */
export function assertAnswerFits({ scope, key, reply, permits }: IdempotencyRecord): void {
  assertBytes(`the idempotency key of ${scope}`, key, IDEMPOTENCY_KEY_BYTES_MAX, 'use a UUID')
  assertBytes(`the answer of ${scope}`, reply ?? '', ANSWER_BYTES_MAX, 'answer less, or let the operation go without idempotency keys')
  assertBytes(`the list of whom ${scope} lets pass`, permits ?? '', DATA_BYTES_MAX, 'permit once for what is answered together')
}

function assertKey(what: string, key: string): void {
  if (!isStorable(key)) throw unstorable(what, key)
  if (key.length > KEY_LENGTH_MAX)
    throw new BanyanError('misuse', `${what} has ${key.length} characters, but at most ${KEY_LENGTH_MAX} are kept; use an id`)
}

function assertData(what: string, json: string): void {
  assertBytes(what, json, DATA_BYTES_MAX, 'store the rest in a table and pass its id on')
}

function assertBytes(what: string, text: string, bytesMax: number, advice: string): void {
  if (text.length * BYTES_PER_UNIT_MAX <= bytesMax) return
  const bytes = Buffer.byteLength(text)
  if (bytes > bytesMax) throw new BanyanError('misuse', `${what} has ${bytes} bytes, but at most ${bytesMax} are kept; ${advice}`)
}
