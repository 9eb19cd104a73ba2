import { misuse } from '../../kernel/error.ts'
import { isRecord, onlyOptions, partsOf, shownValue } from '../../kernel/form.ts'
import type { Key } from './key.ts'

/** Documents of one kind: how one is found by its key, and in which orders several are. */
export interface Collection<T extends object = object, I extends string = string> {
  readonly name: string
  /** Where a document stands, in always as many parts; two with one key are the same document. */
  readonly key: (document: T) => Key
  /**
   * Where a document stands in each index, in always as many parts; undefined keeps it out, so that an index of what is due holds nothing else. The key comes behind, so
   * that places need not differ. What a function says of a document never changes: a changed index gets another name, and is filled at the next start.
   */
  readonly indexes: Readonly<Record<I, (document: T) => Key | undefined>>
  /** Fields whose texts may be large, and can be left out when documents are read (`textBytesMax`). */
  readonly large: readonly (keyof T & string)[]
}

/** A collection of whatever documents. */
export type AnyCollection = Collection<never>

/** What a collection is made of. */
export interface CollectionOptions<T extends object, I extends string> {
  readonly name: string
  readonly key: (document: T) => Key
  /** Default none. */
  readonly indexes?: Readonly<Record<I, (document: T) => Key | undefined>>
  /** Default none. */
  readonly large?: readonly (keyof T & string)[]
}

/** Collections of the toolkit are named so; a service's own may not. */
export const TOOLKIT_PREFIX = 'banyan_'

/** What every engine takes as a name. */
const NAME = /^[a-z][a-z0-9_]{0,49}$/

const OPTIONS = partsOf<CollectionOptions<object, string>>({ name: true, key: true, indexes: true, large: true })

/**
 * Declares a collection. The type of its documents is that of the parameter of `key`. Throws `misuse` for parts that there are not, or that it lacks.
 * @example
 * const stock = collection({
 *   name: 'stock',
 *   key: (item: StockItem) => [item.sku],
 *   indexes: { low: (item) => (item.onHand < LOW ? [item.onHand] : undefined) },
 * })
 */
export function collection<T extends object, I extends string = never>(options: CollectionOptions<T, I>): Collection<T, I> {
  onlyOptions('collection()', options, OPTIONS)
  const { name, key, indexes = {} as Collection<T, I>['indexes'], large = [] } = options
  assertName('a collection', name)
  if (typeof key !== 'function') misuse(`collection ${name} has key ${shownValue(key)}; give a function, e.g. (item: Item) => [item.id]`)
  if (!isRecord(indexes)) misuse(`collection ${name} has indexes ${shownValue(indexes)}; give an object of functions`)
  for (const [index, place] of Object.entries(indexes)) {
    assertName(`an index of collection ${name}`, index)
    if (typeof place !== 'function')
      misuse(`index ${index} of collection ${name} is ${shownValue(place)}; give a function, e.g. (item) => [item.dueAt]`)
  }
  if (!Array.isArray(large)) misuse(`collection ${name} has large ${shownValue(large)}; give a list of fields`)
  return { name, key, indexes, large }
}

function assertName(what: string, name: unknown): void {
  if (typeof name !== 'string' || !NAME.test(name))
    misuse(`${what} is named ${shownValue(name)}; use lower-case letters, digits and _, at most 50, e.g. "stock_item"`)
}
