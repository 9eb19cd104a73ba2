// The auditor must find every violation that it claims to find: each is planted into the data of a real shop, seen, and taken out again.
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import path from 'node:path'
import { test } from 'node:test'
import { paidWith, type Shop, startShop } from './shop.fixture.ts'

/** One violation: how to plant it, how to take it out, and what the auditor must call it. */
interface Plant {
  readonly invariant: string
  /** Service whose store is changed, or `book` for the provider's. */
  readonly where: 'orders' | 'inventory' | 'payments' | 'shipping' | 'book'
  readonly plant: string
  readonly mend: string
}

const CONFIRMED = '{confirmed}'
const REJECTED = '{rejected}'

const PLANTS: readonly Plant[] = [
  {
    invariant: 'stock.explained',
    where: 'inventory',
    plant: `UPDATE stock_item SET on_hand = on_hand + 1`,
    mend: `UPDATE stock_item SET on_hand = on_hand - 1`,
  },
  {
    invariant: 'stock.explained',
    where: 'inventory',
    plant: `UPDATE stock_item SET reserved = reserved + 1`,
    mend: `UPDATE stock_item SET reserved = reserved - 1`,
  },
  {
    invariant: 'stock.explained',
    where: 'inventory',
    plant: `UPDATE stock_movement SET delta_reserved = delta_reserved + 1 WHERE ref_id = '${CONFIRMED}'`,
    mend: `UPDATE stock_movement SET delta_reserved = delta_reserved - 1 WHERE ref_id = '${CONFIRMED}'`,
  },
  {
    invariant: 'stock.exists',
    where: 'inventory',
    plant: `INSERT INTO stock_movement VALUES ('x', 'order', 'reserve', 'GHOST', 'main', 'x', 0, 0, '', '', 0)`,
    mend: `DELETE FROM stock_movement WHERE sku = 'GHOST'`,
  },
  {
    invariant: 'stock.hold-ended',
    where: 'inventory',
    plant: `UPDATE reservation SET status = 'held', expires_at = 1 WHERE order_id = '${CONFIRMED}'`,
    mend: `UPDATE reservation SET status = 'committed', expires_at = NULL WHERE order_id = '${CONFIRMED}'`,
  },
  {
    invariant: 'confirmed.reserved',
    where: 'inventory',
    plant: `UPDATE reservation SET status = 'released' WHERE order_id = '${CONFIRMED}'`,
    mend: `UPDATE reservation SET status = 'committed' WHERE order_id = '${CONFIRMED}'`,
  },
  {
    invariant: 'rejected.released',
    where: 'inventory',
    plant: `UPDATE reservation SET status = 'committed' WHERE order_id = '${REJECTED}'`,
    mend: `UPDATE reservation SET status = 'released' WHERE order_id = '${REJECTED}'`,
  },
  {
    invariant: 'order.ended',
    where: 'orders',
    plant: `UPDATE customer_order SET settled = 0 WHERE id = '${CONFIRMED}'`,
    mend: `UPDATE customer_order SET settled = 1 WHERE id = '${CONFIRMED}'`,
  },
  {
    invariant: 'order.sums',
    where: 'orders',
    plant: `UPDATE order_line SET total_minor = total_minor + 1 WHERE order_id = '${CONFIRMED}'`,
    mend: `UPDATE order_line SET total_minor = total_minor - 1 WHERE order_id = '${CONFIRMED}'`,
  },
  {
    invariant: 'order.numbers',
    where: 'orders',
    plant: `UPDATE customer_order SET order_number = 7 WHERE id = '${CONFIRMED}'`,
    mend: `UPDATE customer_order SET order_number = 1 WHERE id = '${CONFIRMED}'`,
  },
  {
    invariant: 'saga.stuck',
    where: 'orders',
    plant: `UPDATE banyan_saga SET status = 'stuck' WHERE id = '${CONFIRMED}'`,
    mend: `UPDATE banyan_saga SET status = 'completed' WHERE id = '${CONFIRMED}'`,
  },
  {
    invariant: 'saga.undone',
    where: 'orders',
    plant: `UPDATE banyan_saga SET status = 'compensated' WHERE id = '${CONFIRMED}'`,
    mend: `UPDATE banyan_saga SET status = 'completed' WHERE id = '${CONFIRMED}'`,
  },
  {
    invariant: 'confirmed.paid',
    where: 'payments',
    plant: `UPDATE payment SET captured_minor = captured_minor - 1 WHERE order_id = '${CONFIRMED}'`,
    mend: `UPDATE payment SET captured_minor = captured_minor + 1 WHERE order_id = '${CONFIRMED}'`,
  },
  {
    invariant: 'rejected.voided',
    where: 'payments',
    plant: `UPDATE payment SET status = 'authorized' WHERE order_id = '${REJECTED}'`,
    mend: `UPDATE payment SET status = 'declined' WHERE order_id = '${REJECTED}'`,
  },
  {
    invariant: 'ledger.balanced',
    where: 'payments',
    plant: `UPDATE ledger_entry SET credit_minor = credit_minor + 1 WHERE account = 'sales'`,
    mend: `UPDATE ledger_entry SET credit_minor = credit_minor - 1 WHERE account = 'sales'`,
  },
  {
    invariant: 'ledger.payment',
    where: 'payments',
    plant: `UPDATE ledger_entry SET debit_minor = debit_minor + 1 WHERE account = 'provider:fake'`,
    mend: `UPDATE ledger_entry SET debit_minor = debit_minor - 1 WHERE account = 'provider:fake'`,
  },
  {
    invariant: 'provider.orphan',
    where: 'payments',
    plant: `UPDATE payment_attempt SET state = 'failed' WHERE order_id = '${CONFIRMED}' AND op = 'capture'`,
    mend: `UPDATE payment_attempt SET state = 'succeeded' WHERE order_id = '${CONFIRMED}' AND op = 'capture'`,
  },
  {
    invariant: 'ledger.provider',
    where: 'book',
    plant: `UPDATE charge SET captured_minor = captured_minor - 1`,
    mend: `UPDATE charge SET captured_minor = captured_minor + 1`,
  },
  {
    invariant: 'provider.book',
    where: 'book',
    plant: `UPDATE charge SET authorized_minor = authorized_minor + 1`,
    mend: `UPDATE charge SET authorized_minor = authorized_minor - 1`,
  },
  { invariant: 'provider.voided', where: 'book', plant: `UPDATE charge SET voided = 1`, mend: `UPDATE charge SET voided = 0` },
  {
    invariant: 'payment.charged-once',
    where: 'book',
    plant: `INSERT INTO charge VALUES ('ch_${CONFIRMED}:authorize:2', '${CONFIRMED}', 'EUR', 1, 0, 0, 0, 0)`,
    mend: `DELETE FROM charge WHERE ref LIKE '%:authorize:2'`,
  },
  {
    invariant: 'stray.charge',
    where: 'book',
    plant: `INSERT INTO charge VALUES ('ch_ghost:authorize:1', 'ghost', 'EUR', 1, 0, 0, 0, 0)`,
    mend: `DELETE FROM charge WHERE order_id = 'ghost'`,
  },
  {
    invariant: 'provider.missing',
    where: 'book',
    plant: `UPDATE request SET outcome = 'declined' WHERE operation = 'capture'`,
    mend: `UPDATE request SET outcome = 'succeeded' WHERE operation = 'capture'`,
  },
  {
    invariant: 'confirmed.shipped',
    where: 'shipping',
    plant: `UPDATE shipment SET status = 'cancelled' WHERE order_id = '${CONFIRMED}'`,
    mend: `UPDATE shipment SET status = 'label_created' WHERE order_id = '${CONFIRMED}'`,
  },
  {
    invariant: 'rejected.not-shipped',
    where: 'shipping',
    plant: `INSERT INTO shipment VALUES ('${REJECTED}', 1, 'x', '', 'label_created', '', '', '', '', NULL, '[]', 0, 0, 1)`,
    mend: `DELETE FROM shipment WHERE order_id = '${REJECTED}'`,
  },
]

test('the auditor finds each violation that is planted, and nothing in a sound shop', async (t) => {
  await using shop = await startShop()
  await shop.sell('MUG', 10)
  const confirmed = await shop.place()
  const rejected = await shop.place(paidWith('tok_declined'))
  await shop.auditedAtRest()
  const fill = (statement: string): string => statement.replaceAll(CONFIRMED, confirmed.id).replaceAll(REJECTED, rejected.id)
  for (const { invariant, where, plant, mend } of PLANTS)
    await t.test(`${invariant}: ${plant}`, async () => {
      await change(shop, where, fill(plant))
      const found = (await shop.audit()).map((violation) => violation.invariant)
      await change(shop, where, fill(mend))
      assert.ok(found.includes(invariant), `found ${found.join(', ') || 'nothing'}`)
      assert.deepEqual(await shop.audit(), [], 'mended')
    })
})

async function change(shop: Shop, where: Plant['where'], statement: string): Promise<void> {
  if (where !== 'book') {
    await shop.sql(where, statement)
    return
  }
  const book = new DatabaseSync(path.join(shop.files, 'payments', 'fake-provider.db'))
  book.exec(statement)
  book.close()
}
