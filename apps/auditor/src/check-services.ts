import type { AuditOptions, Violation } from 'banyan/host'
import { inventory } from '@shop/inventory/contract'
import { orders } from '@shop/orders/contract'
import { payments } from '@shop/payments/contract'
import type { BookReader } from '@shop/payments/fake-provider'
import type { AuditSettings } from './settings.ts'

/** Checks what one service can tell about itself, and payments with the provider's book. */
export async function checkServices(options: AuditOptions, settings: AuditSettings, book: BookReader): Promise<Violation[]> {
  return [...(await checkStock(options, settings)), ...(await checkLedger(options, book)), ...(await checkOrders(options))]
}

async function checkStock({ ask, now }: AuditOptions, { holdGraceMs }: AuditSettings): Promise<Violation[]> {
  const { mismatches, strays, overdue } = await ask(inventory).stock({ overdueBefore: now - holdGraceMs })
  return [
    ...mismatches.map((row) => ({
      invariant: 'stock.explained',
      subject: `${row.sku} at ${row.locationId}`,
      expected: `on hand ${row.movedOnHand}, reserved ${row.movedReserved} by movements and ${row.bound} by open reservations`,
      actual: `on hand ${row.onHand}, reserved ${row.reserved}`,
    })),
    ...strays.map((sku) => ({ invariant: 'stock.exists', subject: sku, expected: 'a stock item', actual: 'movements without one' })),
    ...overdue.map(({ orderId, expiresAt }) => ({
      invariant: 'stock.hold-ended',
      subject: orderId,
      expected: `released at ${new Date(expiresAt).toISOString()}`,
      actual: 'still held',
    })),
  ]
}

async function checkLedger({ ask }: AuditOptions, book: BookReader): Promise<Violation[]> {
  const { unbalanced, mismatches, totals: before } = await ask(payments).ledger({})
  const theirs = new Map(book.totals().map(({ currency, netMinor }) => [currency, netMinor]))
  const after = await ask(payments).totals({})
  // Money that moves while the two books are read makes them differ; then each order is compared alone, see check-order.ts.
  const isStill = before.open === 0 && after.open === 0 && JSON.stringify(before) === JSON.stringify(after)
  const ours = new Map(after.totals.map(({ currency, netMinor }) => [currency, netMinor]))
  const currencies = isStill ? [...new Set([...ours.keys(), ...theirs.keys()])] : []
  return [
    ...unbalanced.map(({ txId, debitMinor, creditMinor }) => ({
      invariant: 'ledger.balanced',
      subject: txId,
      expected: `credit ${debitMinor}`,
      actual: `credit ${creditMinor}`,
    })),
    ...mismatches.map(({ orderId, paymentMinor, ledgerMinor }) => ({
      invariant: 'ledger.payment',
      subject: orderId,
      expected: String(paymentMinor),
      actual: String(ledgerMinor),
    })),
    ...currencies
      .filter((currency) => (ours.get(currency) ?? 0) !== (theirs.get(currency) ?? 0))
      .map((currency) => ({
        invariant: 'ledger.provider',
        subject: currency,
        expected: `${theirs.get(currency) ?? 0} as in the provider's book`,
        actual: `${ours.get(currency) ?? 0}`,
      })),
  ]
}

async function checkOrders({ ask }: AuditOptions): Promise<Violation[]> {
  const { numbers, sagas } = await ask(orders).books({})
  const gaps =
    numbers.count === numbers.highest
      ? []
      : [{ invariant: 'order.numbers', subject: 'orders', expected: `numbers 1 to ${numbers.count}`, actual: `highest ${numbers.highest}` }]
  return [
    ...gaps,
    ...sagas.map(({ sagaId, status, step }) => ({
      invariant: step === null ? 'saga.stuck' : 'saga.undone',
      subject: sagaId,
      expected: step === null ? 'a saga that goes on or has ended' : 'all steps compensated',
      actual: step === null ? status : `${status}, but step "${step}" is not`,
    })),
  ]
}
