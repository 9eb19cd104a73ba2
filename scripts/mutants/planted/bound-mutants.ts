import type { Mutant } from '../mutant.ts'

const CONTRACT = 'packages/banyan/src/contract'
const CONTRACTS = 'tests/contracts.test.ts'
const SQLITE = 'packages/banyan/src/store/sqlite/sqlite.test.ts'

/** Mistakes in what may come in: texts, bounds that do not fit each other, moments. */
export const BOUND_MUTANTS: readonly Mutant[] = [
  {
    name: 'text-turns-direction',
    mistake: 'a text may hold characters that turn the direction of writing',
    promises: ['law 10'],
    file: `${CONTRACT}/text.ts`,
    find: '\\u009f\\p{Cf}\\p{Cs}',
    replace: '\\u009f\\p{Cs}',
    caughtBy: { file: `${CONTRACT}/text.test.ts`, test: 'refuses what turns the direction of writing' },
  },
  {
    name: 'nul-kept-by-one-store',
    mistake: 'SQLite keeps a text with NUL, which PostgreSQL refuses',
    promises: ['law 8'],
    file: 'packages/banyan/src/kernel/storable.ts',
    find: "return !text.includes('\\0') && text.isWellFormed()",
    replace: 'return text.isWellFormed()',
    caughtBy: { file: SQLITE, test: 'a text with NUL is refused by the statement that writes it' },
  },
  {
    name: 'event-with-nul-in-data',
    mistake: 'an event carries a text that no consumer can store',
    promises: ['law 10'],
    file: 'packages/banyan/src/store/bounds.ts',
    find: "if (data.includes('\\\\u') &&",
    replace: "if (data.includes('\\\\U') &&",
    caughtBy: { file: SQLITE, test: 'an event with NUL in its key or its data is refused' },
  },
  {
    name: 'record-of-any-size',
    mistake: 'an event, an input or an answer of any size is kept',
    promises: ['law 6'],
    file: 'packages/banyan/src/store/bounds.ts',
    find: 'if (bytes > bytesMax) throw',
    replace: 'if (bytes > Infinity) throw',
    caughtBy: { file: SQLITE, test: 'the data of an event is kept up to its bound and refused beyond it' },
  },
  {
    name: 'names-by-a-list',
    mistake: 'names forget what a property of Unicode says and a list does not',
    promises: [],
    file: 'packages/banyan/src/contract/text.ts',
    find: 'const OUT_OF_NAMES = String.raw`\\p{C}',
    replace: 'const OUT_OF_NAMES = String.raw`\\p{Cc}\\p{Cf}\\p{Cs}',
    caughtBy: {
      file: 'packages/banyan/src/contract/text.test.ts',
      test: 'names have no character that shows as nothing, that nobody has assigned, or that means something to one maker alone',
    },
  },
  {
    name: 'cursor-content-unchecked',
    mistake: 'what a cursor decodes to is believed',
    promises: ['law 10'],
    file: 'packages/banyan/src/contract/page-cursor.ts',
    find: '!check.fits({ place: value }) || ',
    replace: '',
    caughtBy: {
      file: 'packages/banyan/src/contract/page-cursor.test.ts',
      test: 'what a made-up cursor holds is checked as any other input',
    },
  },
  {
    name: 'joined-cursor-unchecked',
    mistake: 'what a cursor of the operations API decodes to reaches the store',
    promises: ['law 10'],
    file: 'packages/gateway/src/joined-page.ts',
    find: '&& schemaCheck(lists.place).fits(place)',
    replace: '',
    caughtBy: { file: 'packages/gateway/src/joined-page.test.ts', test: 'what a made-up cursor decodes to is checked as any other input' },
  },
  {
    name: 'cursor-longer-than-allowed',
    mistake: "the contract takes no cursor as long as a list's own",
    promises: ['law 10'],
    file: 'services/catalog/src/contract.ts',
    find: 'const JSON_BYTES_PER_CHARACTER_MAX = 6',
    replace: 'const JSON_BYTES_PER_CHARACTER_MAX = 1',
    caughtBy: { file: 'services/catalog/src/list-cursor.test.ts', test: 'the cursor of any title fits the contract' },
  },
  {
    name: 'order-dearer-than-payable',
    mistake: 'an order is accepted that costs more than payments take',
    promises: ['P8'],
    file: 'services/orders/src/operations/place.ts',
    find: 'if (totalMinor <= AMOUNT_MINOR_MAX) return',
    replace: 'if (totalMinor <= Infinity) return',
    caughtBy: { file: 'tests/extremes.journey.ts', test: 'an order that costs more than can be paid is refused before anything stands' },
  },
  {
    name: 'numeric-moment',
    mistake: 'one answer of the API has a time in epoch milliseconds',
    promises: ['law 1'],
    file: 'services/shipping/src/contract.ts',
    find: '  createdAt: Timestamp,',
    replace: '  createdAt: Type.Integer(),',
    caughtBy: { file: CONTRACTS, test: 'every moment of the API is a timestamp of the one format' },
  },
  {
    name: 'text-without-form',
    mistake: 'an input takes any text',
    promises: ['law 10'],
    file: 'services/shipping/src/contract.ts',
    find: 'city: Text.name({ max: 120 })',
    replace: 'city: Type.String({ minLength: 1, maxLength: 120 })',
    caughtBy: { file: CONTRACTS, test: 'every text of an input has a form and a bound' },
  },
]
