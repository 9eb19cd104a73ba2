import type { Order } from '../contract.ts'

/** An order inside of the service: as callers see it, but for its times, which are epoch milliseconds. */
export type OrderState = Omit<Order, 'placedAt' | 'confirmedAt'> & { placedAt: number; confirmedAt: number | null }
