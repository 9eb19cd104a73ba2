import { misuse } from '../../kernel/error.ts'
import { isRecord, shownValue } from '../../kernel/form.ts'
import { isStorable, unstorable } from '../../kernel/storable.ts'
import type { Key } from './key.ts'

/** Bytes that a value takes beside its text: a header and a reference, roughly. */
const VALUE_BYTES = 16
/** V8 keeps a text with two bytes a unit, or one. */
const UNIT_BYTES = 2

/** A document as it is kept. */
export interface KeptDocument<T extends object = object> {
  /** A copy that nobody can change. */
  readonly document: T
  /** Bytes of memory, roughly. */
  readonly bytes: number
}

/**
 * Copies a document so that nobody can change it, and measures it. Throws `misuse` for what is not JSON and for texts that not every store keeps
 * (S13): whatever the engine, a document comes back as it was. `of` names the collection.
 */
export function storableDocument<T extends object>(of: string, document: T): KeptDocument<T> {
  if (!isRecord(document)) misuse(`a document of ${of} is ${shownValue(document)}; put an object`)
  let bytes = 0
  const copy = (value: unknown): unknown => {
    bytes += VALUE_BYTES
    if (typeof value === 'string') {
      if (!isStorable(value)) throw unstorable(`a document of ${of}`, value)
      bytes += value.length * UNIT_BYTES
      return value
    }
    if (value === null || typeof value === 'boolean') return value
    if (typeof value === 'number' && Number.isFinite(value)) return value
    if (Array.isArray(value)) return Object.freeze(value.map(copy))
    if (isPlain(value)) return Object.freeze(Object.fromEntries(definedEntries(value).map(([name, part]) => [copy(name), copy(part)])))
    return misuse(`a document of ${of} holds ${shownValue(value)}; keep texts, finite numbers, booleans, null, lists and plain objects`)
  }
  return { document: copy(document) as T, bytes }
}

/** Throws `misuse` for a key that is none, or that holds a text which no store keeps. */
export function assertKey(of: string, key: Key): void {
  if (!Array.isArray(key)) misuse(`a key of ${of} is ${shownValue(key)}; give a list of texts and numbers`)
  for (const part of key) {
    if (typeof part === 'string' ? !isStorable(part) : !Number.isFinite(part)) throw badPart(of, part)
  }
}

function badPart(of: string, part: unknown): Error {
  if (typeof part === 'string') return unstorable(`a key of ${of}`, part)
  return misuse(`a key of ${of} has the part ${shownValue(part)}; give texts and finite numbers`)
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return isRecord(value) && [Object.prototype, null].includes(Object.getPrototypeOf(value) as null)
}

function definedEntries(value: Readonly<Record<string, unknown>>): [string, unknown][] {
  return Object.entries(value).filter(([, part]) => part !== undefined)
}
