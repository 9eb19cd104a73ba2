import { operation } from '../define.ts'

/** Debits and credits by account. */
export const ledgerBalance = operation('ledgerBalance', async (_input, { readApart }) => {
  const accounts = await readApart((tx) => tx.ledger.balances())
  const byCurrency = new Map<string, number>()
  for (const { currency, debitMinor, creditMinor } of accounts)
    byCurrency.set(currency, (byCurrency.get(currency) ?? 0) + debitMinor - creditMinor)
  return { accounts, balanced: [...byCurrency.values()].every((difference) => difference === 0) }
})
