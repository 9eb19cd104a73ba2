import { service } from 'banyan'
import { auditReservations, auditStock } from './audits/answers.ts'
import { definition } from './define.ts'
import { adjust } from './operations/adjust.ts'
import { commit } from './operations/commit.ts'
import { getStock } from './operations/get-stock.ts'
import { listStock } from './operations/list-stock.ts'
import { release } from './operations/release.ts'
import { reserve } from './operations/reserve.ts'
import { oldMovementNotes } from './store/movement-notes.ts'
import { bookInCreated, bookInUpdated } from './subscriptions/book-in-variants.ts'
import { commitOnConfirmed } from './subscriptions/commit-on-confirmed.ts'
import { releaseOnRejected } from './subscriptions/release-on-rejected.ts'
import { reserveOnCreated } from './subscriptions/reserve-on-created.ts'
import { EXPIRE_HOLDS, expireHolds } from './timers/expire-holds.ts'

/** Inventory: how many units there are, who holds them, and why they moved. */
export const inventoryService = service(definition, {
  operations: [getStock, listStock, adjust, reserve, commit, release],
  audits: [auditStock, auditReservations],
  on: [bookInCreated, bookInUpdated, reserveOnCreated, commitOnConfirmed, releaseOnRejected],
  timers: [expireHolds],
  retention: { rules: [oldMovementNotes] },
  prepare: async ({ transaction }) => {
    await transaction((tx) => tx.schedule(expireHolds, { id: EXPIRE_HOLDS, afterMs: 0, data: {} }))
  },
})
