import type { ReservationFact } from '@shop/inventory/contract'
import type { OrderFact } from '@shop/orders/contract'
import type { AttemptFact, PaymentFact } from '@shop/payments/contract'
import type { ChargeFact, SuccessFact } from '@shop/payments/fake-provider'
import type { ShipmentFact } from '@shop/shipping/contract'

/** All that anybody knows of one order. */
export interface OrderFacts {
  readonly orderId: string
  readonly order: OrderFact | undefined
  readonly reservation: ReservationFact | undefined
  readonly payment: PaymentFact | undefined
  readonly attempts: readonly AttemptFact[]
  readonly shipments: readonly ShipmentFact[]
  /** The provider's own book. */
  readonly charges: readonly ChargeFact[]
  readonly successes: readonly SuccessFact[]
}

/** Facts of a range of orders, service by service. */
export interface FactLists {
  readonly orders: readonly OrderFact[]
  readonly reservations: readonly ReservationFact[]
  readonly payments: readonly PaymentFact[]
  readonly attempts: readonly AttemptFact[]
  readonly shipments: readonly ShipmentFact[]
  readonly charges: readonly ChargeFact[]
  readonly successes: readonly SuccessFact[]
}

/** Puts together what belongs to one order, also where orders itself knows nothing of it. */
export function byOrder(lists: FactLists): OrderFacts[] {
  const groups = new Map<string, Writable>()
  const group = (orderId: string): Writable => {
    const known = groups.get(orderId)
    if (known) return known
    const fresh: Writable = {
      orderId,
      order: undefined,
      reservation: undefined,
      payment: undefined,
      attempts: [],
      shipments: [],
      charges: [],
      successes: [],
    }
    groups.set(orderId, fresh)
    return fresh
  }
  for (const order of lists.orders) group(order.orderId).order = order
  for (const reservation of lists.reservations) group(reservation.orderId).reservation = reservation
  for (const payment of lists.payments) group(payment.orderId).payment = payment
  for (const attempt of lists.attempts) group(attempt.orderId).attempts.push(attempt)
  for (const shipment of lists.shipments) group(shipment.orderId).shipments.push(shipment)
  for (const charge of lists.charges) group(charge.orderId).charges.push(charge)
  for (const success of lists.successes) group(success.orderId).successes.push(success)
  return [...groups.values()]
}

interface Writable extends OrderFacts {
  order: OrderFact | undefined
  reservation: ReservationFact | undefined
  payment: PaymentFact | undefined
  attempts: AttemptFact[]
  shipments: ShipmentFact[]
  charges: ChargeFact[]
  successes: SuccessFact[]
}
