import { catalog, DEFAULT_CURRENCY } from '@shop/catalog/contract'
import { shipping } from '@shop/shipping/contract'
import { AMOUNT_MINOR_MAX } from '@shop/payments/contract'
import { BanyanError, failedWith } from 'banyan'
import { orderKey } from '../change-order.ts'
import type { OrderState } from '../domain/order-state.ts'
import { operation } from '../define.ts'
import { exceededQuota } from '../domain/customer-quota.ts'
import { priceOrder, weightGramsOf } from '../domain/price-order.ts'
import { createdEvent, newOrder, prepare, sagaInput } from '../new-order.ts'
import { placeOrder } from '../sagas/place-order.ts'
import { keptOrder, toOrder } from './to-order.ts'

/** Places an order: prices it, then stores it together with what drives it. With `waitMs` answers once it is settled. */
export const place = operation(
  'place',
  async (input, { call, transaction, fail, flow, id, now, principal, resources }) => {
    const orderId = id()
    flow(orderId)
    const { shippingAddress: address, shippingMethod, payment } = input
    const quote = await translated(call.catalog.quote({ currency: DEFAULT_CURRENCY, lines: input.items }), fail)
    const { currency, subtotalMinor } = quote
    const parcel = { country: address.country, currency, subtotalMinor, weightGrams: weightGramsOf(quote.lines), shippingMethod }
    const { rates } = await translated(call.shipping.rate(parcel), fail)
    const price = priceOrder(quote.lines, rates[0]?.amountMinor ?? 0)
    refuseTooDear(price.totalMinor, currency)
    if (input.expectedTotalMinor !== undefined && input.expectedTotalMinor !== price.totalMinor)
      return fail('price_changed', {
        expectedTotalMinor: input.expectedTotalMinor,
        totalMinor: price.totalMinor,
        currency,
        lines: quote.lines.map(({ sku, unitMinor }) => ({ sku, now: unitMinor })),
      })
    const { flow: style, quotas } = resources
    const order: OrderState = { ...newOrder(orderId, principal.subject, now()), ...price, currency, shippingMethod, flow: style }
    const pii = { address, ...payment }
    if (style === 'choreography') await prepare(call, order, pii)
    return transaction(async (tx) => {
      const used = tx.orders.usage(order.userId, order.placedAt - QUOTA_WINDOW_MS) // asked before the order is there, sent along with it
      tx.orders.insert(order, pii)
      tx.emit('order.created', createdEvent(order, address.country))
      const started = style === 'orchestration' ? tx.start(placeOrder, { id: orderId, input: sagaInput(order) }) : undefined
      const [usage] = await Promise.all([used, started])
      const exceeded = exceededQuota(quotas, usage, unitsOf(order))
      return exceeded ? fail('customer_quota', exceeded) : toOrder(order)
    })
  },
  {
    async answer(kept, { until, read, waitMs }) {
      const order = keptOrder(kept)
      if (waitMs === 0) return order
      const settled = await until(orderKey(order.id), waitMs, (tx) => tx.orders.findSettled(order.id))
      const now = settled ?? (await read((tx) => tx.orders.find(order.id)))
      return now ? toOrder(now) : order
    },
  },
)

/** Refused here, before anything stands: payments would refuse it when the goods are held already. */
function refuseTooDear(totalMinor: number, currency: string): void {
  if (totalMinor <= AMOUNT_MINOR_MAX) return
  const expected = `must cost at most ${AMOUNT_MINOR_MAX} minor units of ${currency} together with shipping; these cost ${totalMinor}`
  throw new BanyanError('invalid_argument', `items ${expected}`, { fields: [{ path: '/items', expected }] })
}

type Fail = Parameters<Parameters<typeof operation<'place'>>[1]>[1]['fail']

/** Cancellations count for this long, in milliseconds. */
const QUOTA_WINDOW_MS = 3_600_000

function unitsOf({ lines }: OrderState): number {
  return lines.reduce((sum, { quantity }) => sum + quantity, 0)
}

/** Answers what a dependency refuses with the order's own declared error. */
async function translated<T>(work: Promise<T>, fail: Fail): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (failedWith(error, catalog.operations.quote, 'unknown_sku')) return fail('unknown_sku', error.data)
    if (failedWith(error, catalog.operations.quote, 'archived') || failedWith(error, catalog.operations.quote, 'price_missing'))
      return fail('not_for_sale', error.data)
    if (failedWith(error, shipping.operations.rate, 'unknown_shipping_method')) return fail('unknown_shipping_method', error.data)
    if (failedWith(error, shipping.operations.rate, 'shipping_unavailable')) return fail('shipping_unavailable', error.data)
    throw error
  }
}
