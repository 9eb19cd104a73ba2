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
]
