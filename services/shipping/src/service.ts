import { service } from 'banyan'
import { auditShipments } from './audits/answers.ts'
import { definition } from './define.ts'
import { cancelShipment } from './operations/cancel-shipment.ts'
import { createShipment } from './operations/create-shipment.ts'
import { list } from './operations/list.ts'
import { prepare } from './operations/prepare.ts'
import { rate } from './operations/rate.ts'
import { dropOnRejected } from './subscriptions/drop-on-rejected.ts'
import { unusedDestinations } from './store/unused-destinations.ts'
import { eraseDestination } from './subscriptions/erase-destination.ts'
import { shipOnConfirmed } from './subscriptions/ship-on-confirmed.ts'

/** Shipping: what it costs, and one parcel per order. */
export const shippingService = service(definition, {
  operations: [rate, list, prepare, createShipment, cancelShipment],
  audits: [auditShipments],
  on: [shipOnConfirmed, dropOnRejected, eraseDestination],
  retention: { rules: [unusedDestinations] },
})
