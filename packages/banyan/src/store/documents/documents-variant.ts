import { misuse } from '../../kernel/error.ts'
import { onlyOptions, partsOf, shownValue } from '../../kernel/form.ts'
import type { StoreVariant } from '../definition.ts'
import type { SchemaStep } from '../migration.ts'
import { type AnyCollection, TOOLKIT_PREFIX } from './collection.ts'
import type { Documents } from './documents.ts'

/** Kind of engine that keeps documents. */
export const DOCUMENTS = 'documents'

/** How a service keeps its data in documents. */
export interface DocumentCollections<R extends object> {
  /** All collections that the repository uses. A new one, and a new index of one, needs nothing else: the next start makes it. */
  readonly collections: readonly AnyCollection[]
  /** Turns documents into the service's own words, e.g. `{ stock: { take, release } }`; handlers find them on `tx`. */
  readonly repository: (documents: Documents) => R
}

/** A collection as a step by which an engine is made ready. */
export interface CollectionStep extends SchemaStep {
  readonly collection: AnyCollection
}

const PARTS = partsOf<DocumentCollections<object>>({ collections: true, repository: true })

/**
 * The variant of a store for engines without SQL. Throws `misuse` for parts that there are not, or that it lacks.
 * @example store(sql({ migrations, repository: sqlStock }), documents({ collections: [stock], repository: documentStock }))
 */
export function documents<R extends object>(parts: DocumentCollections<R>): StoreVariant<R> {
  onlyOptions('documents()', parts, PARTS)
  const { collections, repository } = parts
  if (!Array.isArray(collections)) misuse(`documents() has collections ${shownValue(collections)}; give a list of collection(…)`)
  if (typeof repository !== 'function') misuse(`documents() has repository ${shownValue(repository)}; give a function of documents`)
  const names = new Set<string>()
  for (const { name } of collections) {
    if (name.startsWith(TOOLKIT_PREFIX)) misuse(`collection "${name}" starts with "${TOOLKIT_PREFIX}", which is the toolkit's; rename it`)
    if (names.has(name)) misuse(`two collections are named "${name}"; give each its own name`)
    names.add(name)
  }
  const migrations = collections.map((each): CollectionStep => ({ id: each.name, collection: each }))
  return { engine: DOCUMENTS, migrations, repository }
}
