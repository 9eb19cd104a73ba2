import { BanyanError } from 'banyan'
import { STOCK_UNITS_MAX } from '../contract.ts'
import { operation } from '../define.ts'
import { adjustedFor } from '../domain/adjustment-reason.ts'
import { MAIN_LOCATION, type StoredStock } from '../store/repository.ts'
import { toStockItem } from './answers.ts'

/** Corrects the stock of a sku, never below what is reserved. */
export const adjust = operation('adjust', async (input, { transaction, fail, id, now, principal }) => {
  const { sku } = input
  const { reason, note } = adjustedFor(input.reason)
  if ((input.delta === undefined) === (input.setTo === undefined))
    throw new BanyanError('invalid_argument', 'give either delta or setTo', {
      fields: [{ path: '/delta', expected: 'either this or setTo' }],
    })
  const movementId = id()
  return transaction(async (tx) => {
    const item = await tx.stock.find(sku)
    if (!item) return fail('unknown_sku', { skus: [sku] })
    const wanted = input.setTo ?? item.onHand + (input.delta ?? 0)
    if (wanted < item.reserved) return fail('below_reserved', { sku, onHand: item.onHand, reserved: item.reserved, wanted })
    if (wanted > STOCK_UNITS_MAX) throw tooMuch(wanted)
    const delta = wanted - item.onHand
    if (delta === 0) return toStockItem(item)
    const at = now()
    await tx.stock.adjust(sku, delta, at)
    tx.movements.append([
      {
        id: movementId,
        kind: 'adjust',
        sku,
        deltaOnHand: delta,
        deltaReserved: 0,
        refType: 'adjustment',
        refId: movementId,
        reason,
        actor: principal.subject,
        at,
      },
    ])
    if (note !== undefined) tx.movements.note(movementId, note, at)
    const adjusted = (await tx.stock.find(sku)) as StoredStock
    tx.emit('inventory.adjusted', {
      sku,
      locationId: MAIN_LOCATION,
      delta,
      onHand: adjusted.onHand,
      reserved: adjusted.reserved,
      reason,
      movementId,
    })
    return toStockItem(adjusted)
  })
})

function tooMuch(wanted: number): BanyanError {
  const expected = `must leave at most ${STOCK_UNITS_MAX} units on hand, not ${wanted}`
  return new BanyanError('invalid_argument', `delta ${expected}`, { fields: [{ path: '/delta', expected }] })
}
