import type { AnyCollection } from '../documents/collection.ts'
import { toolkitCollections } from '../documents/document-records.ts'
import { type MemoryVersion, placesOf, treeOf } from './memory-documents.ts'
import { OrderedMap } from './ordered-map.ts'

/** Bytes that all data of one service may take, roughly: much for a test or a demonstration, little for a machine. */
export const MEMORY_BYTES_MAX = 256 * 1_048_576

/** The data of one service. They live as long as the factory that made them, also while no store is open on them. */
export class MemoryData {
  version: MemoryVersion = { trees: new Map(), bytes: 0 }
  /** Bytes that they may take. */
  bytesMax: number
  /** Whether a store is open on them. */
  isOpen = false
  /** Collections that were declared at the last opening, by name. */
  collections: ReadonlyMap<string, AnyCollection> = new Map()
  /** Indexes that hold what belongs into them, as `collection.index`. */
  readonly #filled = new Set<string>()

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax
  }

  /** Makes ready for collections: fills indexes that are new. */
  prepare(own: readonly AnyCollection[]): void {
    const all = [...toolkitCollections, ...own]
    this.collections = new Map(all.map((each) => [each.name, each]))
    for (const each of all) {
      const added = Object.keys(each.indexes).filter((index) => !this.#filled.has(treeOf(each, index)))
      if (added.length > 0) this.#fill(each, added)
    }
  }

  #fill(collection: AnyCollection, added: readonly string[]): void {
    const indexes = Object.fromEntries(Object.entries(collection.indexes).filter(([index]) => added.includes(index)))
    const trees = new Map(this.version.trees)
    for (const { key, value } of trees.get(treeOf(collection))?.entries() ?? [])
      for (const { tree, place } of placesOf({ ...collection, indexes }, value.document as never, key))
        trees.set(tree, (trees.get(tree) ?? new OrderedMap()).set(place, value))
    this.version = { ...this.version, trees }
    for (const index of added) this.#filled.add(treeOf(collection, index))
  }
}
