import type { Mutant } from '../mutant.ts'

const DOCUMENTS = 'packages/banyan/src/store/documents'
const MEMORY = 'packages/banyan/src/store/memory'
const SUITE = `${MEMORY}/memory.test.ts`

/** Mistakes in stores without SQL: in what documents say, and in what the memory keeps of it. */
export const DOCUMENT_MUTANTS: readonly Mutant[] = [
  {
    name: 'memory-keeps-what-failed',
    mistake: 'a transaction in memory whose body throws leaves what it had written by then',
    promises: ['P1'],
    file: `${MEMORY}/memory-transactions.ts`,
    find: "    job.documents?.end('failed')\n",
    replace: "    job.documents?.end('failed')\n    if (job.documents) this.#parts.data.version = job.documents.version\n",
    caughtBy: { file: SUITE, test: 'S3 a body that throws leaves nothing behind' },
  },
  {
    name: 'memory-writes-into-snapshots',
    mistake: 'a transaction in memory writes into the version that reads hold, instead of one of its own',
    promises: ['P1'],
    file: `${MEMORY}/memory-documents.ts`,
    find: 'this.#ownTrees ??= new Map(this.#trees)',
    replace: 'this.#ownTrees ??= this.#trees as Map<string, Tree>',
    caughtBy: { file: SUITE, test: 'S8 a commit in the middle of a read does not show in it' },
  },
  {
    name: 'document-positions-by-count',
    mistake: 'the next position is counted from the events that are there, so that retention lets it be used again',
    promises: ['P5'],
    file: `${DOCUMENTS}/document-log.ts`,
    find: 'const last = await takeNumbers(documents, POSITIONS, emitted.length)',
    replace:
      'const last = (await documents.count(events, {})) + (await takeNumbers(documents, POSITIONS, emitted.length)) * 0 + emitted.length',
    caughtBy: { file: SUITE, test: 'no position is used again' },
  },
  {
    name: 'document-saga-without-epoch',
    mistake: 'a process that was taken over changes a saga in documents, because nobody compares its epoch',
    promises: ['P14'],
    file: `${DOCUMENTS}/saga-records.ts`,
    find: 'saga?.epoch === epoch ? changedBy(saga, change) : undefined',
    replace: 'saga && epoch >= 0 ? changedBy(saga, change) : undefined',
    caughtBy: { file: SUITE, test: 'sagas: a change touches only its fields, and only for the current epoch' },
  },
  {
    name: 'document-cursor-without-epoch',
    mistake: 'an attempt of an earlier epoch records an event as consumed in documents',
    promises: ['P14'],
    file: `${DOCUMENTS}/consumption-records.ts`,
    find: 'if (cursor?.epoch === epoch) return cursor',
    replace: 'if (cursor && epoch >= 0) return cursor',
    caughtBy: { file: SUITE, test: 'after a take-over, attempts of the earlier epoch cannot commit' },
  },
  {
    name: 'stale-index',
    mistake: 'a document that is replaced still stands where it stood before in the indexes',
    promises: ['P11'],
    file: `${MEMORY}/memory-documents.ts`,
    find: '    const key = this.#keyOf(collection, kept.document)\n    this.#remove(collection, key)\n',
    replace: '    const key = this.#keyOf(collection, kept.document)\n',
    caughtBy: { file: SUITE, test: 'D3 D4 ranges of keys and indexes are those of a sorted list' },
  },
  {
    name: 'failure-nobody-looked-at',
    mistake: 'a write of a document that failed fails no transaction, because nobody waited for its answer',
    promises: ['P1'],
    file: `${MEMORY}/memory-documents.ts`,
    find: 'if (this.#ended === undefined) this.#failure ??= { error }',
    replace: 'if (this.#ended === undefined) this.#failure ??= undefined',
    caughtBy: { file: SUITE, test: 'D5 a call that fails fails those behind it and the transaction' },
  },
  {
    name: 'claim-reads-what-rests',
    mistake: 'a look for due sagas in documents reads those that wait for a later moment, and leaves them out afterwards',
    promises: ['law 6'],
    file: `${DOCUMENTS}/saga-claim.ts`,
    find: "documents.range(sagas, { index: 'due', within, upTo: [now], limit }),",
    replace:
      "documents.range(sagas, { index: 'due', within, limit: 1e6 }).then((all) => all.filter(({ wakeAt }) => (wakeAt ?? 0) <= now).slice(0, limit)),",
    caughtBy: { file: SUITE, test: 'S18 what runs by itself costs by what is due' },
  },
]
