import { audit, type Static, Type } from 'banyan'

/** What payments knows of an order. Times in epoch milliseconds, amounts in minor units. */
const PaymentFact = Type.Object({
  orderId: Type.String(),
  status: Type.String(),
  currency: Type.String(),
  amountMinor: Type.Integer(),
  authorizedMinor: Type.Integer(),
  capturedMinor: Type.Integer(),
  refundedMinor: Type.Integer(),
  createdAt: Type.Integer(),
  updatedAt: Type.Integer(),
})

/** One attempt to move money. */
const AttemptFact = Type.Object({ orderId: Type.String(), key: Type.String(), op: Type.String(), state: Type.String() })

/** A move in the ledger whose debits and credits differ. */
const UnbalancedMove = Type.Object({ txId: Type.String(), debitMinor: Type.Integer(), creditMinor: Type.Integer() })

/** An order for which the ledger says something else than its payment. Amounts net of refunds. */
const LedgerMismatch = Type.Object({ orderId: Type.String(), paymentMinor: Type.Integer(), ledgerMinor: Type.Integer() })

/** What the providers owe by the ledger, by currency, and how many attempts are under way. */
const LedgerTotals = Type.Object({
  open: Type.Integer(),
  totals: Type.Array(Type.Object({ currency: Type.String(), netMinor: Type.Integer() })),
})

/** What payments tells of its books. */
export const audits = {
  /** With which book of the fake provider the payments were made; null before the first start with one. */
  book: audit({ input: Type.Object({}), output: Type.Object({ id: Type.Union([Type.String(), Type.Null()]) }) }),
  ledger: audit({
    input: Type.Object({}),
    output: Type.Object({ unbalanced: Type.Array(UnbalancedMove), mismatches: Type.Array(LedgerMismatch), totals: LedgerTotals }),
  }),
  totals: audit({ input: Type.Object({}), output: LedgerTotals }),
  /** Payments and attempts of a range of order ids: above `after`, up to and with `upTo`, open without it; by order id. */
  payments: audit({
    input: Type.Object({ after: Type.String(), upTo: Type.Optional(Type.String()) }),
    output: Type.Object({ payments: Type.Array(PaymentFact), attempts: Type.Array(AttemptFact) }),
  }),
}

/** What payments knows of an order. */
export type PaymentFact = Static<typeof PaymentFact>
/** One attempt to move money. */
export type AttemptFact = Static<typeof AttemptFact>
/** A move in the ledger whose debits and credits differ. */
export type UnbalancedMove = Static<typeof UnbalancedMove>
/** An order for which the ledger says something else than its payment. */
export type LedgerMismatch = Static<typeof LedgerMismatch>
/** What the providers owe by the ledger. */
export type LedgerTotals = Static<typeof LedgerTotals>
