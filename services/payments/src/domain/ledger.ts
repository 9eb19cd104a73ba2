import type { PaymentOperation } from '../contract.ts'

/** One side of a double entry. Amounts in minor units. */
export interface LedgerEntry {
  readonly account: string
  readonly debitMinor: number
  readonly creditMinor: number
}

/** What customers paid for orders. */
const SALES = 'sales'

/** Returns the entries of a move of money: what the provider owes us against what customers paid. A hold moves nothing. */
export function ledgerEntries(op: PaymentOperation, provider: string, amountMinor: number): LedgerEntry[] {
  if (op !== 'capture' && op !== 'refund') return []
  const [debit, credit] = op === 'capture' ? [`provider:${provider}`, SALES] : [SALES, `provider:${provider}`]
  return [
    { account: debit, debitMinor: amountMinor, creditMinor: 0 },
    { account: credit, debitMinor: 0, creditMinor: amountMinor },
  ]
}
