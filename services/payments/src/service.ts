import { service } from 'banyan'
import { auditBook, auditLedger, auditPayments, auditTotals } from './audits/answers.ts'
import { definition } from './define.ts'
import { authorize } from './operations/authorize.ts'
import { cancel } from './operations/cancel.ts'
import { capture } from './operations/capture.ts'
import { get } from './operations/get.ts'
import { ledgerBalance } from './operations/ledger-balance.ts'
import { list } from './operations/list.ts'
import { prepare } from './operations/prepare.ts'
import { authorizeOnReserved } from './subscriptions/authorize-on-reserved.ts'
import { captureOnShipment } from './subscriptions/capture-on-shipment.ts'
import { closeOnRejected } from './subscriptions/close-on-rejected.ts'
import { claimBook } from './same-book.ts'
import { unusedTokens } from './store/unused-tokens.ts'
import { eraseToken } from './subscriptions/erase-token.ts'
import { RESOLVE_ATTEMPTS, resolveAttempts, settlePayment } from './timers/resolve-attempts.ts'

/** Payments: one per order, moved by attempts whose intent is durable before anything is sent. */
export const paymentsService = service(definition, {
  operations: [get, list, ledgerBalance, prepare, authorize, capture, cancel],
  audits: [auditBook, auditLedger, auditTotals, auditPayments],
  on: [authorizeOnReserved, captureOnShipment, closeOnRejected, eraseToken],
  timers: [resolveAttempts, settlePayment],
  retention: { rules: [unusedTokens] },
  prepare: async (context) => {
    await claimBook(context)
    await context.transaction((tx) => tx.schedule(resolveAttempts, { id: RESOLVE_ATTEMPTS, afterMs: 0, data: {} }))
  },
  health: { provider: async ({ resources }) => resources.provider.ping() },
})
