import type { Violation } from 'banyan/host'
import type { OrderFact } from '@shop/orders/contract'
import type { OrderFacts } from './order-facts.ts'
import type { AuditSettings } from './settings.ts'

// Owns: what must hold for one order across services (domain.md 8.3 to 8.6). Pure: facts in, violations out.

/** Statuses of a payment that hold no money. */
const HOLDS_NOTHING: ReadonlySet<string> = new Set(['voided', 'declined', 'failed', 'refunded'])

/** Checks one order; an empty list means that all holds. */
export function checkOrder(facts: OrderFacts, settings: AuditSettings, now: number): Violation[] {
  const { order } = facts
  if (!order) return checkStray(facts, settings, now)
  const age = now - order.updatedAt
  if (!order.settled) return [...checkMoneyOnce(facts), ...(age >= settings.endedWithinMs ? [notEnded(order, age)] : [])]
  if (age < settings.quietMs) return checkMoneyOnce(facts)
  const byStatus = order.status === 'confirmed' ? checkConfirmed(facts, order) : checkEnded(facts, order)
  return [...checkSums(order), ...checkMoneyOnce(facts), ...byStatus, ...checkBook(facts)]
}

function notEnded(order: OrderFact, age: number): Violation {
  return violation(
    'order.ended',
    order.orderId,
    'confirmed and paid, rejected or cancelled',
    `${order.status} (${order.flow}), untouched for ${Math.round(age / 1_000)} s`,
  )
}

function checkSums(order: OrderFact): Violation[] {
  return expectEqual('order.sums', order.orderId, order.linesMinor, order.subtotalMinor)
}

/** One charge per order, whatever happened on the way. */
function checkMoneyOnce({ orderId, charges }: OrderFacts): Violation[] {
  return charges.length > 1
    ? [
        violation(
          'payment.charged-once',
          orderId,
          "at most one charge in the provider's book",
          `${charges.length}: ${charges.map(({ ref }) => ref).join(', ')}`,
        ),
      ]
    : []
}

function checkConfirmed({ orderId, reservation, payment, shipments }: OrderFacts, order: OrderFact): Violation[] {
  const parcels = shipments.filter(({ status }) => status !== 'cancelled')
  const net = payment ? payment.capturedMinor - payment.refundedMinor : 0
  return [
    ...(order.orderNumber === null ? [violation('order.numbered', orderId, 'a number', 'none')] : []),
    ...expectEqual(
      'confirmed.reserved',
      orderId,
      `committed ${order.lines}`,
      reservation ? `${reservation.status} ${reservation.lines}` : 'no reservation',
    ),
    ...expectEqual('confirmed.paid', orderId, `${order.totalMinor} ${order.currency}`, `${net} ${payment?.currency ?? order.currency}`),
    ...expectEqual('confirmed.shipped', orderId, order.lines, parcels.map(({ lines }) => lines).join(' and ') || 'no shipment'),
  ]
}

function checkEnded({ orderId, reservation, payment, shipments }: OrderFacts, { status }: OrderFact): Violation[] {
  const found: Violation[] = []
  if (reservation?.status === 'held' || reservation?.status === 'committed')
    found.push(violation(`${status}.released`, orderId, 'no live reservation', `${reservation.status} ${reservation.lines}`))
  if (payment && payment.capturedMinor !== payment.refundedMinor)
    found.push(
      violation(`${status}.refunded`, orderId, 'captured less refunded = 0', String(payment.capturedMinor - payment.refundedMinor)),
    )
  if (payment && payment.amountMinor > 0 && !HOLDS_NOTHING.has(payment.status))
    found.push(violation(`${status}.voided`, orderId, 'no live authorisation', payment.status))
  if (shipments.some((shipment) => shipment.status !== 'cancelled'))
    found.push(violation(`${status}.not-shipped`, orderId, 'no shipment', shipments.map((shipment) => shipment.status).join(', ')))
  return found
}

/** The provider's book and ours agree, and each thing the provider did is one attempt of ours. */
function checkBook({ orderId, payment, attempts, charges, successes }: OrderFacts): Violation[] {
  const found: Violation[] = []
  const charge = charges[0]
  const ours = payment ? `${payment.authorizedMinor}/${payment.capturedMinor}/${payment.refundedMinor}` : '0/0/0'
  const theirs = charge ? `${charge.authorizedMinor}/${charge.capturedMinor}/${charge.refundedMinor}` : '0/0/0'
  found.push(
    ...expectEqual(
      'provider.book',
      orderId,
      `authorised/captured/refunded ${theirs} as in the provider's book`,
      `authorised/captured/refunded ${ours} as in the provider's book`,
    ),
  )
  const isVoided = payment?.status === 'voided' && payment.authorizedMinor > 0
  found.push(...expectEqual('provider.voided', orderId, charge?.voided ?? false, isVoided))
  const known = new Set(attempts.filter(({ state }) => state === 'succeeded').map(({ key }) => key))
  for (const { key } of successes)
    if (!known.delete(key)) found.push(violation('provider.orphan', orderId, 'an attempt for everything that the provider did', key))
  for (const key of known)
    found.push(violation('provider.missing', orderId, "everything that we count as done in the provider's book", key))
  return found
}

/** What services keep of an order that orders does not know. What only was prepared, or is a tombstone, moves nothing. */
function checkStray(
  { orderId, reservation, payment, shipments, charges }: OrderFacts,
  { endedWithinMs }: AuditSettings,
  now: number,
): Violation[] {
  const found: Violation[] = []
  const isOld = (createdAt: number): boolean => now - createdAt >= endedWithinMs
  if (
    reservation &&
    reservation.lines !== '' &&
    isOld(reservation.createdAt) &&
    reservation.status !== 'released' &&
    reservation.status !== 'expired'
  )
    found.push(violation('stray.reservation', orderId, 'an order', `a ${reservation.status} reservation without one`))
  if (payment && payment.status !== 'created' && payment.status !== 'voided' && isOld(payment.createdAt))
    found.push(violation('stray.payment', orderId, 'an order', `a payment (${payment.status}) without one`))
  for (const { status, createdAt } of shipments)
    if (status !== 'pending' && status !== 'cancelled' && isOld(createdAt))
      found.push(violation('stray.shipment', orderId, 'an order', `a shipment (${status}) without one`))
  for (const { ref, createdAt } of charges)
    if (isOld(createdAt)) found.push(violation('stray.charge', orderId, 'an order', `charge ${ref} in the provider's book`))
  return found
}

function expectEqual(invariant: string, subject: string, expected: unknown, actual: unknown): Violation[] {
  return expected === actual ? [] : [violation(invariant, subject, String(expected), String(actual))]
}

function violation(invariant: string, subject: string, expected: string, actual: string): Violation {
  return { invariant, subject, expected, actual }
}
