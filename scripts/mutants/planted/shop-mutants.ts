import type { Mutant } from '../mutant.ts'

const PARTICIPANTS = 'tests/participants.journey.ts'

/** Mistakes in what a service's author must do himself: conditions on shared rows, stable keys, tombstones. */
export const SHOP_MUTANTS: readonly Mutant[] = [
  {
    name: 'oversell',
    mistake: 'stock is looked at and then taken without a condition, so two buyers get the last unit',
    promises: ['P16'],
    file: 'services/inventory/src/store/stock-table.ts',
    find: 'AND on_hand - reserved - safety_stock >= ?`',
    replace: 'AND 0 < ?`',
    caughtBy: { file: PARTICIPANTS, test: 'inventory holds all lines or none' },
  },
  {
    name: 'double-charge',
    mistake: 'each time an attempt to pay is sent it has another key, so the provider charges again',
    promises: ['P16'],
    file: 'services/payments/src/domain/attempt.ts',
    find: 'return `${orderId}:${op}:${n}`',
    replace: 'return `${orderId}:${op}:${n}:${performance.now()}`',
    caughtBy: { file: 'tests/order-flow.journey.ts', test: 'finds out what became of the payment and charges once (tok_timeout_after)' },
  },
  {
    name: 'resurrected-reservation',
    mistake: 'a reservation that was released can be committed by an action that comes late',
    promises: ['P8'],
    file: 'services/inventory/src/domain/reservation.ts',
    find: "released: { release: 'released' }",
    replace: "released: { commit: 'committed', release: 'released' }",
    caughtBy: { file: 'services/inventory/src/domain/reservation.test.ts', test: 'an ended reservation is never taken up again' },
  },
  {
    name: 'reason-as-written',
    mistake: 'what somebody wrote about a cancellation goes into events and sagas',
    promises: [],
    file: 'services/orders/src/domain/cancellation-reason.ts',
    find: '  if (given !== undefined) return { reason: given, note }\n',
    replace: '  if (reason) return { reason: reason as CancellationReason, note }\n',
    caughtBy: { file: 'services/orders/src/domain/cancellation-reason.test.ts', test: 'any other text is a note' },
  },
  {
    name: 'quota-not-heeded',
    mistake: 'a customer may hold as many orders as they like',
    promises: [],
    file: 'services/orders/src/operations/place.ts',
    find: "return exceeded ? fail('customer_quota', exceeded) : toOrder(order)",
    replace: "return exceeded && order.version > 1 ? fail('customer_quota', exceeded) : toOrder(order)",
    caughtBy: { file: 'tests/customer-quota.journey.ts', test: 'of many orders placed at once no more than the quota' },
  },
  {
    name: 'internal-reason-given',
    mistake: 'a caller may give a reason that only the shop itself finds, so a customer makes an order look as if it ran out of time',
    promises: [],
    file: 'services/orders/src/domain/cancellation-reason.ts',
    find: 'GIVEN_REASONS.find(',
    replace: 'CANCELLATION_REASONS.find(',
    caughtBy: {
      file: 'services/orders/src/domain/cancellation-reason.test.ts',
      test: 'what the shop itself finds is nobody’s to give',
    },
  },
  {
    name: 'old-event-unread',
    mistake: 'events that an earlier release wrote are checked as they are, so a log with a free text in it stops its readers',
    promises: [],
    file: 'packages/banyan/src/service/event-data.ts',
    find: 'reader.upgrade ? reader.upgrade(stored) : stored',
    replace: 'stored',
    caughtBy: {
      file: 'packages/banyan/src/service/event-handlers.test.ts',
      test: 'an event of an earlier release is read in the form of today, and its condition judges that form',
    },
  },
  {
    name: 'book-of-another-shop',
    mistake: 'a shop starts with a payment provider that knows nothing of its payments',
    promises: [],
    file: 'services/payments/src/same-book.ts',
    find: '  if (expected !== book.id) throw',
    replace: '  if (book.id === undefined) throw',
    caughtBy: {
      file: 'tests/provider-book.journey.ts',
      test: 'a shop does not start with a book of another shop, with none, or with an old one on a new database',
    },
  },
  {
    name: 'erased-person-in-orders',
    mistake: 'an erased account leaves its addresses in orders that were under way',
    promises: [],
    file: 'services/orders/src/timers/erase-person.ts',
    find: '    await tx.schedule(erasePerson, {',
    replace: '    if (isFull) await tx.schedule(erasePerson, {',
    caughtBy: {
      file: 'tests/erased-person.journey.ts',
      test: 'leaves nothing in orders, also in one that was under way',
    },
  },
  {
    name: 'erased-person-remembered',
    mistake: 'recommendations keep what an erased person bought',
    promises: [],
    file: 'services/recommendations/src/store/behaviour-records.ts',
    find: "await sql.run('DELETE FROM purchase WHERE user_hash = ?', userHash)",
    replace: '',
    caughtBy: {
      file: 'services/recommendations/src/recommendations.integration.ts',
      test: 'forgets what an erased person did, and keeps what all did together',
    },
  },
]
