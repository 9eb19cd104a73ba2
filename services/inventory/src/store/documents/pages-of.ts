import type { Collection, Documents, Key } from 'banyan'

/** Documents of one page: one round trip where the engine is elsewhere. */
const PAGE_DOCUMENTS = 1_000

/** Goes through documents in the order of their keys, page by page: above `after`, up to and with `upTo`. For reads that have no bound. */
export async function* pagesOf<T extends object, I extends string>(
  documents: Documents,
  collection: Collection<T, I>,
  { after, upTo }: { readonly after?: Key; readonly upTo?: Key | undefined },
): AsyncGenerator<T, void> {
  for (let last = after; ;) {
    const page: T[] = await documents.range(collection, { ...(last && { after: last }), ...(upTo && { upTo }), limit: PAGE_DOCUMENTS })
    yield* page
    const end = page.at(-1)
    if (end === undefined || page.length < PAGE_DOCUMENTS) return
    last = collection.key(end)
  }
}
