import type { Collection } from './collection.ts'
import type { Key } from './key.ts'

/** Stands for a text that was left out because it is large. */
export const TEXT_LEFT_OUT = '(left out)'

/** How documents are read. */
export interface DocumentReading {
  /** Texts of fields that are declared `large` come as {@link TEXT_LEFT_OUT} where they have more bytes of UTF-8, and are not read. Default: all come whole. */
  readonly textBytesMax?: number
}

/**
 * A part of a collection in the order of its keys, or of one of its indexes. A bound has as many parts as it needs, behind those of `within`, and
 * a place is compared by so many: `upTo: [now]` takes all places that begin with a number up to `now`.
 */
export interface DocumentBounds<I extends string = string> {
  /** Default: the documents' own keys. */
  readonly index?: I | undefined
  /** Parts with which all places begin. Default: none. */
  readonly within?: Key | undefined
  /** Only places from here on. */
  readonly from?: Key | undefined
  /** Only places behind those that begin so. */
  readonly after?: Key | undefined
  /** Only places up to those that begin so. */
  readonly upTo?: Key | undefined
  /** Only places before those that begin so. */
  readonly before?: Key | undefined
}

/** Which documents to read. */
export interface DocumentRange<I extends string = string> extends DocumentBounds<I>, DocumentReading {
  /** At most this many. */
  readonly limit: number
  /** From the end. Default false. */
  readonly reverse?: boolean
}

/**
 * Reads a service's own documents. There are no joins, and nothing is found but by a key or a declared index: whatever is asked for costs by what
 * comes back. Documents are JSON (objects of texts, finite numbers, booleans, null, lists and objects), come back as they were put, and are frozen.
 */
export interface DocumentReader {
  get<T extends object, I extends string>(collection: Collection<T, I>, key: Key, reading?: DocumentReading): Promise<T | undefined>
  /** Several at once, in the order of their keys: one round trip where the engine is elsewhere. */
  getMany<T extends object, I extends string>(
    collection: Collection<T, I>,
    keys: readonly Key[],
    reading?: DocumentReading,
  ): Promise<(T | undefined)[]>
  /** Documents in order. */
  range<T extends object, I extends string>(collection: Collection<T, I>, range: DocumentRange<NoInfer<I>>): Promise<T[]>
  /** Counts without reading. With `limit` no further than that. */
  count<T extends object, I extends string>(
    collection: Collection<T, I>,
    bounds: DocumentBounds<NoInfer<I>> & { readonly limit?: number },
  ): Promise<number>
}

/**
 * THE DOCUMENTS PORT: what an engine without SQL gives to a service's repository, and to the toolkit's own records.
 *
 * Reads and writes documents within one transaction. A write need not be awaited. Promises, each a test or more of `testDocuments`:
 * - D1 A document comes back as it was put. Nobody who holds one can change what is kept: it is frozen, and a copy of what was given.
 * - D2 What is not JSON, or what no store keeps (S13), is refused with `misuse` by the call that brings it; so is a collection or an index that was
 *      not declared.
 * - D3 A range is in the order of `compareKeys`, within its bounds, and no longer than its limit. `count` tells how long it would be.
 * - D4 An index holds each document for which its function gives a place, there and nowhere else, whatever was put, changed and removed.
 * - D5 Calls take effect in the order in which they are made, whether they are awaited or not. A call that fails, for whatever reason, fails those
 *      behind it and the transaction, also when nobody looks at its answer.
 * - D6 Of a key there is one document: `add` fails when it is taken, `put` replaces, `change` makes one of what stands there, `remove` tells how many.
 * - D7 Texts that are left out are those of `large` fields that have more bytes than was said, and no others.
 * - D8 An index that is new is filled before a store opens, from the documents that are there.
 */
export interface Documents extends DocumentReader {
  /** Adds a document. Fails when there is one with its key, and the transaction with it. */
  add<T extends object, I extends string>(collection: Collection<T, I>, document: T): Promise<void>
  /** Adds documents, or puts them in the place of those with their keys. */
  put<T extends object, I extends string>(collection: Collection<T, I>, ...documents: readonly T[]): Promise<void>
  /**
   * Puts what `change` makes of a document in its place, and returns it; undefined leaves everything as it is. `change` is called once at most with
   * what stands there, undefined when there is nothing, and touches nothing else.
   */
  change<T extends object, I extends string>(
    collection: Collection<T, I>,
    key: Key,
    change: (document: T | undefined) => T | undefined,
  ): Promise<T | undefined>
  /** Removes documents; returns how many there were. */
  remove<T extends object, I extends string>(collection: Collection<T, I>, ...keys: readonly Key[]): Promise<number>
}
