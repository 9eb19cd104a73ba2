import type { Collection } from './collection.ts'
import type { DocumentBounds, DocumentReader, DocumentRange, Documents } from './documents.ts'
import type { Key } from './key.ts'

/** Documents of one page: as many as one answer should hold, and one round trip. */
export const PAGE_DOCUMENTS = 1_000

/** Reads all documents of a range page by page. For ranges that are short by nature. `range` is by the documents' own keys. */
export async function allOf<T extends object, I extends string>(
  documents: DocumentReader,
  collection: Collection<T, I>,
  { within, ...range }: Omit<DocumentRange<NoInfer<I>>, 'index' | 'limit' | 'reverse'> & { readonly within: Key },
): Promise<T[]> {
  const all: T[] = []
  for (let after: Key | undefined; ;) {
    const page = await documents.range(collection, { ...range, within, ...(after && { after, from: undefined }), limit: PAGE_DOCUMENTS })
    all.push(...page)
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE_DOCUMENTS) return all
    after = collection.key(last).slice(within.length)
  }
}

/** Removes all documents of a range, page by page; returns how many there were. */
export async function removeAll<T extends object, I extends string>(
  documents: Documents,
  collection: Collection<T, I>,
  bounds: DocumentBounds<NoInfer<I>>,
): Promise<number> {
  let removed = 0
  for (;;) {
    const page = await documents.range(collection, { ...bounds, limit: PAGE_DOCUMENTS, textBytesMax: 0 })
    removed += await documents.remove(collection, ...page.map(collection.key))
    if (page.length < PAGE_DOCUMENTS) return removed
  }
}

/** The different beginnings of the places in an index, one by one along it: as many looks as there are. */
export async function beginnings<T extends object, I extends string>(
  documents: DocumentReader,
  collection: Collection<T, I>,
  index: NoInfer<I>,
  parts: number,
): Promise<Key[]> {
  const found: Key[] = []
  for (;;) {
    const after = found.at(-1)
    const [next] = await documents.range(collection, { index, ...(after && { after }), limit: 1, textBytesMax: 0 })
    const place = next && collection.indexes[index](next)
    if (place === undefined) return found
    found.push(place.slice(0, parts))
  }
}
