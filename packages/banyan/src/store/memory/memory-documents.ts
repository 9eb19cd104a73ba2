import { BanyanError, misuse } from '../../kernel/error.ts'
import type { AnyCollection, Collection } from '../documents/collection.ts'
import { type DocumentBounds, type DocumentRange, type DocumentReading, type Documents, TEXT_LEFT_OUT } from '../documents/documents.ts'
import { compareKeys, type Cut, type Key } from '../documents/key.ts'
import { assertKey, type KeptDocument, storableDocument } from '../documents/storable-document.ts'
import { OrderedMap } from './ordered-map.ts'

/** All data of a service at one moment. Never changes, so that to keep it is a snapshot and to go back to it is a rollback. */
export interface MemoryVersion {
  /** By collection and index, as {@link treeOf} names them. */
  readonly trees: ReadonlyMap<string, Tree>
  /** Bytes that it takes, roughly. */
  readonly bytes: number
}

/** Documents of one collection by their place in one index, and their keys behind it. */
type Tree = OrderedMap<KeptDocument>

/** What a handle may do. */
export interface MemoryAccess {
  /** Collections that were declared, by name. */
  readonly collections: ReadonlyMap<string, AnyCollection>
  readonly canWrite: boolean
  /** Bytes that all data of the service may take. */
  readonly bytesMax: number
}

/** Index of the documents' own keys. */
const OWN = ''
const EMPTY: Tree = new OrderedMap()
/** Bytes of an entry in the tree, roughly: a node, and the list that its key is. */
const ENTRY_BYTES = 160

/**
 * The documents of one transaction or snapshot. Answers at once. After {@link end} every use throws, so that a forgotten `await` cannot write into
 * another's transaction; a call that failed fails all that follow, and so the transaction (S3).
 */
export class MemoryDocuments implements Documents {
  readonly #access: MemoryAccess
  /** The version's, until something is written. */
  #trees: ReadonlyMap<string, Tree>
  #ownTrees: Map<string, Tree> | undefined
  #bytes: number
  #ended: string | undefined
  #failure: { readonly error: unknown } | undefined
  #looks = 0

  constructor(version: MemoryVersion, access: MemoryAccess) {
    this.#trees = version.trees
    this.#bytes = version.bytes
    this.#access = access
  }

  /** Everything with what was written here. Changes with the next write, unless this was ended. */
  get version(): MemoryVersion {
    return { trees: this.#trees, bytes: this.#bytes }
  }

  /** How many entries were looked at or written. For tests of costs. */
  get looks(): number {
    return this.#looks
  }

  get<T extends object, I extends string>(collection: Collection<T, I>, key: Key, reading?: DocumentReading): Promise<T | undefined> {
    return this.#answer(() => this.#read(collection, key, reading))
  }

  getMany<T extends object, I extends string>(
    collection: Collection<T, I>,
    keys: readonly Key[],
    reading?: DocumentReading,
  ): Promise<(T | undefined)[]> {
    return this.#answer(() => keys.map((key) => this.#read(collection, key, reading)))
  }

  range<T extends object, I extends string>(collection: Collection<T, I>, range: DocumentRange<I>): Promise<T[]> {
    return this.#answer(() => {
      const { tree, low, high } = this.#part(collection, range)
      const found: T[] = []
      if (limitOf(range.limit) === 0) return found
      for (const { value } of range.reverse ? tree.betweenReversed(low, high) : tree.between(low, high)) {
        this.#looks++
        found.push(shown(collection, value.document as T, range))
        if (found.length >= range.limit) break
      }
      return found
    })
  }

  count<T extends object, I extends string>(
    collection: Collection<T, I>,
    bounds: DocumentBounds<I> & { readonly limit?: number },
  ): Promise<number> {
    return this.#answer(() => {
      const { tree, low, high } = this.#part(collection, bounds)
      this.#looks++
      const count = Math.max(0, tree.rank(high) - tree.rank(low))
      return bounds.limit === undefined ? count : Math.min(count, limitOf(bounds.limit))
    })
  }

  add<T extends object, I extends string>(collection: Collection<T, I>, document: T): Promise<void> {
    return this.#write(() => {
      const key = this.#keyOf(collection, document)
      if (this.#find(collection, key))
        misuse(
          `${collection.name} has a document with the key ${JSON.stringify(key)} already, and keys are unique; put() it, or change() it`,
        )
      this.#put(collection, document)
    })
  }

  put<T extends object, I extends string>(collection: Collection<T, I>, ...documents: readonly T[]): Promise<void> {
    return this.#write(() => {
      for (const document of documents) this.#put(collection, document)
    })
  }

  change<T extends object, I extends string>(
    collection: Collection<T, I>,
    key: Key,
    change: (document: T | undefined) => T | undefined,
  ): Promise<T | undefined> {
    return this.#write(() => {
      const changed = change(this.#read(collection, key))
      if (changed !== undefined && compareKeys(this.#keyOf(collection, changed), key) !== 0)
        misuse(
          `a change of the document ${JSON.stringify(key)} of ${collection.name} gives it another key; remove() it and add() the other`,
        )
      return changed && this.#put(collection, changed)
    })
  }

  remove<T extends object, I extends string>(collection: Collection<T, I>, ...keys: readonly Key[]): Promise<number> {
    return this.#write(() => {
      let count = 0
      for (const key of keys) if (this.#remove(collection, key)) count++
      return count
    })
  }

  /** Ends its use; `why` completes the sentence "the transaction …". */
  end(why: string): void {
    this.#ended = why
  }

  /** Throws when the transaction has ended or a call of it failed. */
  assertUsable(): void {
    if (this.#ended !== undefined) misuse(`the transaction ${this.#ended}; await every call on it before its body returns`)
    this.assertWell()
  }

  /** Throws when a call failed, also one whose error nobody has looked at. */
  assertWell(): void {
    if (this.#failure) throw this.#failure.error
  }

  #write<T>(work: () => T): Promise<T> {
    return this.#answer(() => {
      if (!this.#access.canWrite) misuse('a read cannot write; use transaction() instead')
      return work()
    })
  }

  /** Nobody needs to look at an answer: a failure is remembered, and fails the transaction. */
  #answer<T>(work: () => T): Promise<T> {
    try {
      this.assertUsable()
      return Promise.resolve(work())
    } catch (error) {
      if (this.#ended === undefined) this.#failure ??= { error }
      const failed = Promise.reject<T>(error)
      failed.catch(() => {})
      return failed
    }
  }

  #read<T extends object>(collection: Collection<T>, key: Key, reading?: DocumentReading): T | undefined {
    const found = this.#find(collection, key)
    return found && shown(collection, found.document as T, reading)
  }

  #find<T extends object>(collection: Collection<T>, key: Key): KeptDocument | undefined {
    this.#assertDeclared(collection)
    assertKey(collection.name, key)
    this.#looks++
    return this.#tree(treeOf(collection, OWN)).get(key)
  }

  #keyOf<T extends object>(collection: Collection<T>, document: T): Key {
    const key = collection.key(document)
    assertKey(collection.name, key)
    return key
  }

  #put<T extends object>(collection: Collection<T>, document: T): T {
    const kept = storableDocument(collection.name, document)
    const key = this.#keyOf(collection, kept.document)
    this.#remove(collection, key)
    const places = placesOf(collection, kept.document, key)
    this.#bytes += kept.bytes + places.length * ENTRY_BYTES
    if (this.#bytes > this.#access.bytesMax) throw full(this.#access.bytesMax)
    for (const { tree, place } of places) {
      assertKey(collection.name, place)
      this.#set(tree, this.#tree(tree).set(place, kept))
    }
    return kept.document
  }

  #remove<T extends object>(collection: Collection<T>, key: Key): boolean {
    const found = this.#find(collection, key)
    if (found === undefined) return false
    const places = placesOf(collection, found.document as T, key)
    this.#bytes -= found.bytes + places.length * ENTRY_BYTES
    for (const { tree, place } of places) this.#set(tree, this.#tree(tree).remove(place))
    return true
  }

  #tree(name: string): Tree {
    return this.#trees.get(name) ?? EMPTY
  }

  #set(name: string, tree: Tree): void {
    this.#looks++
    this.#ownTrees ??= new Map(this.#trees)
    this.#ownTrees.set(name, tree)
    this.#trees = this.#ownTrees
  }

  #part<T extends object>(
    collection: Collection<T>,
    bounds: DocumentBounds,
  ): { readonly tree: Tree; readonly low: Cut; readonly high: Cut } {
    this.#assertDeclared(collection)
    const { index = OWN, within = [], from, after, upTo, before } = bounds
    if (index !== OWN && !Object.hasOwn(collection.indexes, index))
      misuse(`collection ${collection.name} has no index ${index}; it has ${Object.keys(collection.indexes).join(', ') || 'none'}`)
    const cut = (side: Cut['side'], bound: Key = []): Cut => {
      const parts = [...within, ...bound]
      assertKey(collection.name, parts)
      return { parts, side }
    }
    return {
      tree: this.#tree(treeOf(collection, index)),
      low: after ? cut('behind', after) : cut('before', from),
      high: before ? cut('before', before) : cut('behind', upTo),
    }
  }

  #assertDeclared<T extends object>(collection: Collection<T>): void {
    if (this.#access.collections.get(collection.name) === (collection as unknown)) return
    misuse(`collection ${collection.name} is not among those that the store was opened with; add it to documents({ collections })`)
  }
}

/** A place at which a document stands. */
export interface DocumentPlace {
  readonly tree: string
  readonly place: Key
}

/** Every place at which a document stands. */
export function placesOf<T extends object>(collection: Collection<T>, document: T, key: Key): DocumentPlace[] {
  const places: DocumentPlace[] = [{ tree: treeOf(collection, OWN), place: key }]
  for (const [index, placeOf] of Object.entries(collection.indexes)) {
    const place = placeOf(document)
    if (place !== undefined) places.push({ tree: treeOf(collection, index), place: [...place, ...key] })
  }
  return places
}

/** Names the tree of an index; that of the documents' own keys when there is none. */
export function treeOf({ name }: AnyCollection, index = OWN): string {
  return `${name}.${index}`
}

function shown<T extends object>(collection: Collection<T>, document: T, { textBytesMax }: DocumentReading = {}): T {
  if (textBytesMax === undefined) return document
  const isLarge = (field: keyof T): boolean => {
    const text = document[field]
    return typeof text === 'string' && Buffer.byteLength(text) > textBytesMax
  }
  const large = collection.large.filter(isLarge)
  return large.length === 0 ? document : Object.freeze({ ...document, ...Object.fromEntries(large.map((field) => [field, TEXT_LEFT_OUT])) })
}

function limitOf(limit: number): number {
  if (!Number.isSafeInteger(limit) || limit < 0) misuse(`a limit is ${limit}; give a whole number that is not negative`)
  return limit
}

function full(bytesMax: number): BanyanError {
  const message = `the store in memory is full: it may take ${bytesMax} bytes; keep less, remove what is old, or give it more (bytesMax)`
  return new BanyanError('storage_full', message)
}
