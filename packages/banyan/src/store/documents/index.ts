export { type AnyCollection, type Collection, collection } from './collection.ts'
export { appendEvents, headOfLog, pageOfLog } from './document-log.ts'
export { DocumentRecords, type DocumentRecordsParts, toolkitCollections } from './document-records.ts'
export {
  type DocumentBounds,
  type DocumentRange,
  type DocumentReader,
  type DocumentReading,
  type Documents,
  TEXT_LEFT_OUT,
} from './documents.ts'
export { type CollectionStep, documents, DOCUMENTS } from './documents-variant.ts'
export { compareKeys, compareToCut, type Cut, type Key, type KeyPart } from './key.ts'
export type { DataSize } from './log-records.ts'
export { assertKey, type KeptDocument, storableDocument } from './storable-document.ts'
