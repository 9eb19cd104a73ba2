import type { Mutant } from '../mutant.ts'

const SQL = 'packages/banyan/src/store/sql'
const SERVICE = 'packages/banyan/src/service'
const LISTS = 'services/catalog/src/list-bounds.integration.ts'
const COSTS = 'packages/banyan/src/store/sqlite/costs.test.ts'

/** Mistakes that make what waits, or what ended, cost something. */
export const COST_MUTANTS: readonly Mutant[] = [
  {
    name: 'look-walks-what-waits',
    mistake: 'the index of sagas that have not ended does not tell which of them are due',
    promises: ['law 6'],
    file: `${SQL}/schema.ts`,
    find: 'ON banyan_saga (owner, name, version, wake_at, status, id)',
    replace: 'ON banyan_saga (owner, name, version)',
    caughtBy: { file: COSTS },
  },
  {
    name: 'look-for-redriven-keys-walks',
    mistake: 'a look for the keys to be redriven walks all parked events in the order of their keys',
    promises: ['law 6'],
    file: `${SQL}/parked-table.ts`,
    find: "SELECT DISTINCT event_key || '' AS event_key",
    replace: 'SELECT DISTINCT event_key',
    caughtBy: { file: COSTS },
  },
  {
    name: 'open-sagas-counted',
    mistake: 'the sagas that rest are counted whenever the figures are looked at',
    promises: ['law 6'],
    file: `${SQL}/open-sagas.ts`,
    find: "sql.dialect === 'sqlite' ? KEPT : COUNTED",
    replace: "sql.dialect === 'sqlite' ? COUNTED : KEPT",
    caughtBy: { file: COSTS },
  },
  {
    name: 'rest-not-counted',
    mistake: 'a saga that goes on is still counted among those that rest',
    promises: ['P9'],
    file: `${SQL}/resting-sagas.ts`,
    find: 'SET count = count - 1',
    replace: 'SET count = count',
    caughtBy: { file: 'packages/banyan/src/store/sqlite/sqlite.test.ts', test: 'sagas: how many are open is right' },
  },
  {
    name: 'backlog-in-small-batches',
    mistake: 'retention removes batches of the same size however large its backlog is',
    promises: ['law 6'],
    file: `${SERVICE}/batch-size.ts`,
    find: 'rows = Math.min(first * GROWTH_MAX, rows * 2)',
    replace: 'rows = first',
    caughtBy: { file: `${SERVICE}/removal-turns.test.ts`, test: 'a batch grows while it finds a backlog' },
  },
  {
    name: 'removal-without-a-share',
    mistake: 'each service removes its backlog without regard to what the others remove',
    promises: ['law 6'],
    file: `${SERVICE}/removal-turns.ts`,
    find: 'await unlessAborted(before, signal)',
    replace: 'await unlessAborted(Promise.resolve(), signal)',
    caughtBy: { file: `${SERVICE}/removal-turns.test.ts` },
  },
  {
    name: 'list-without-a-bound',
    mistake: 'a list of products goes on for as long as it takes while everybody else waits',
    promises: ['law 6'],
    file: 'services/catalog/src/store/product-list.ts',
    find: 'if (rowsMax === undefined || takesAll(filter))',
    replace: 'if (rowsMax !== 0 || takesAll(filter))',
    caughtBy: { file: LISTS, test: 'a list looks at no more than a few thousand products' },
  },
  {
    name: 'searches-in-any-number',
    mistake: 'each long search begins at once, however many run',
    promises: ['law 6'],
    file: `${SERVICE}/handler-context.ts`,
    find: '  await service.apartTurns.take(end)\n',
    replace: '',
    caughtBy: { file: LISTS, test: 'a search that a few thousand products do not answer runs apart' },
  },
  {
    name: 'people-searched-at-the-counter',
    mistake: 'accounts are searched for part of a name while everybody else waits',
    promises: ['law 6'],
    file: 'services/users/src/operations/list.ts',
    find: '? read : readApart',
    replace: '? read : read',
    caughtBy: { file: 'bench/statement-costs.integration.ts' },
  },
  {
    name: 'own-orders-walked',
    mistake: "a customer's orders of one status are looked for among all that the customer has",
    promises: ['law 6'],
    file: 'services/orders/src/store/migrations.ts',
    find: 'customer_order (user_id, status, id)',
    replace: 'customer_order (user_id, id)',
    caughtBy: { file: 'services/orders/src/store/order-list.integration.ts', test: "a page of a customer's orders costs the same" },
  },
  {
    name: 'places-without-number',
    mistake: 'an operation that has a limit of calls at once takes any number of them',
    promises: ['law 6'],
    file: `${SERVICE}/call-places.ts`,
    find: 'if (taken >= max)',
    replace: 'if (taken < 0)',
    caughtBy: { file: LISTS, test: 'so many lists are answered at once' },
  },
]
