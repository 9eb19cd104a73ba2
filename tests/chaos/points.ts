/** Which events of an order's way points of one family stand for. */
export interface PointFamily {
  /** Name with `*` for what varies: a service, an operation, a saga, a consumer or a timer. */
  readonly name: string
  /** What is and what is not durable when the process dies there. */
  readonly meaning: string
}

/** How orders are driven. */
export type Flow = 'orchestration' | 'choreography'
export const FLOWS: readonly Flow[] = ['orchestration', 'choreography']

/** Every named point of the toolkit. A point that is in no family fails the kill journey, so this list and docs/chaos.md stay complete. */
export const POINT_FAMILIES: readonly PointFamily[] = [
  { name: 'call.*.before-handler', meaning: 'an operation was called, by a request or by another service, and has not begun' },
  { name: 'store.*.before-begin', meaning: 'a transaction is about to begin' },
  { name: 'store.*.after-body', meaning: 'a transaction has run and is open; others may join its commit' },
  { name: 'store.*.before-commit', meaning: 'COMMIT is about to be sent, for all that share it' },
  { name: 'store.*.after-commit', meaning: 'committed; nobody has been told' },
  { name: 'call.*.after-handler', meaning: 'an operation is done; its caller has not been told' },
  { name: 'gateway.before-reply', meaning: 'the reply is about to be written to the socket' },
  { name: 'gateway.after-reply', meaning: 'the reply was written' },
  { name: 'consumer.*.before-handler', meaning: 'an event was read and is about to be handled' },
  { name: 'consumer.*.after-handler', meaning: 'an event was handled with its record; its successor has not begun' },
  { name: 'saga.*.before-journal', meaning: 'the journal of a saga is about to be written' },
  { name: 'saga.*.after-journal', meaning: 'it was written; what it permits has not begun' },
  { name: 'saga.*.before-action', meaning: 'a step is durable as started; its action has not begun' },
  { name: 'saga.*.after-action', meaning: 'the action has happened; the journal does not know' },
  { name: 'saga.*.before-compensation', meaning: 'a compensation is about to begin' },
  { name: 'saga.*.after-compensation', meaning: 'it has happened; the journal does not know' },
  { name: 'timer.*.before-handler', meaning: 'a timer is due and about to be handled' },
  { name: 'timer.*.after-handler', meaning: 'it was handled and is gone' },
]

/** Returns the family of a point; undefined when it has none. */
export function familyOf(point: string): PointFamily | undefined {
  return POINT_FAMILIES.find(({ name }) => new RegExp(`^${name.replaceAll('.', '\\.').replaceAll('*', '[\\w.-]+')}$`).test(point))
}

/** Points that orders must come through: a matrix that shrinks with the code it strikes at would prove nothing. */
export function requiredPoints(flow: Flow): string[] {
  const services = ['inventory', 'orders', 'payments', 'shipping']
  const calls = flow === 'orchestration' ? ['inventory.reserve', 'payments.authorize', 'payments.capture', 'shipping.createShipment'] : []
  const around = (prefix: string, what: string): string[] => [`${prefix}.before-${what}`, `${prefix}.after-${what}`]
  return [
    ...services.flatMap((service) => [
      `store.${service}.before-begin`,
      `store.${service}.after-body`,
      ...around(`store.${service}`, 'commit'),
      // with a saga that calls, the services need no events to drive an order
      ...(flow === 'choreography' ? around(`consumer.${service}.main`, 'handler') : []),
    ]),
    ...around('gateway', 'reply'),
    ...['orders.place', 'orders.cancel', ...calls].flatMap((call) => around(`call.${call}`, 'handler')),
    ...around('timer.orders.expire-orders', 'handler'),
    ...(flow === 'orchestration' ? ['journal', 'action', 'compensation'].flatMap((what) => around('saga.orders.place-order', what)) : []),
    ...['journal', 'action'].flatMap((what) => around('saga.orders.cancel-order', what)),
  ]
}
