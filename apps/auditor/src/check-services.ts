import type { AuditOptions, Violation } from 'banyan/host'
import { overdueHolds, stockMismatches, strayMovements } from '@shop/inventory/audit'
import { orderNumbers, sagaProblems } from '@shop/orders/audit'
import { type BookReader, ledgerMismatches, ledgerTotals, unbalancedMoves } from '@shop/payments/audit'
import type { AuditSettings } from './settings.ts'

/** Checks what one service can tell about itself, and payments with the provider's book. */
export async function checkServices(options: AuditOptions, settings: AuditSettings, book: BookReader): Promise<Violation[]> {
  return [...(await checkStock(options, settings)), ...(await checkLedger(options, book)), ...(await checkOrders(options))]
}

async function checkStock({ open, now }: AuditOptions, { holdGraceMs }: AuditSettings): Promise<Violation[]> {
  const { mismatches, strays, overdue } = await open('inventory', async (sql) => ({
    mismatches: await stockMismatches(sql),
    strays: await strayMovements(sql),
    overdue: await overdueHolds(sql, now - holdGraceMs),
  }))
  return [
    ...mismatches.map((row) => ({
      invariant: 'stock.explained',
      subject: `${row.sku} at ${row.locationId}`,
      expected: `on hand ${row.movedOnHand}, reserved ${row.movedReserved} by movements and ${row.bound} by open reservations`,
      actual: `on hand ${row.onHand}, reserved ${row.reserved}`,
    })),
    ...strays.map(({ sku }) => ({ invariant: 'stock.exists', subject: sku, expected: 'a stock item', actual: 'movements without one' })),
    ...overdue.map(({ orderId, expiresAt }) => ({
      invariant: 'stock.hold-ended',
      subject: orderId,
      expected: `released at ${new Date(expiresAt).toISOString()}`,
      actual: 'still held',
    })),
  ]
}

async function checkLedger({ open }: AuditOptions, book: BookReader): Promise<Violation[]> {
  const { unbalanced, mismatches, before } = await open('payments', async (sql) => ({
    unbalanced: await unbalancedMoves(sql),
    mismatches: await ledgerMismatches(sql),
    before: await ledgerTotals(sql),
  }))
  const theirs = new Map(book.totals().map(({ currency, netMinor }) => [currency, netMinor]))
  const after = await open('payments', ledgerTotals)
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

async function checkOrders({ open }: AuditOptions): Promise<Violation[]> {
  const { numbers, sagas } = await open('orders', async (sql) => ({ numbers: await orderNumbers(sql), sagas: await sagaProblems(sql) }))
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
