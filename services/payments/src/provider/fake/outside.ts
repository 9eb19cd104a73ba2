// What stands for the world outside: the fake provider's own book, which audits and tests hold against the shop's.
export { fakeProviderBook, FAKE_PROVIDER_FILE } from '../../resources.ts'
export { otherBook } from '../../same-book.ts'
export { type BookReader, type ChargeFact, readBook, type SuccessFact } from './read-book.ts'
