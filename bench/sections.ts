import { events } from './events-section.ts'
import { growth } from './growth-section.ts'
import { localCall } from './local-call.ts'
import { orders } from './orders-section.ts'
import { ordersPostgres } from './orders-postgres-section.ts'
import { removals } from './removals-section.ts'
import { searches } from './searches-section.ts'
import type { Section } from './section.ts'
import { sagas } from './sagas.ts'
import { start } from './start-section.ts'
import { waiting } from './waiting-section.ts'

/** Every section, in the order they run. */
export const SECTIONS: readonly Section[] = [orders, ordersPostgres, sagas, localCall, events, growth, searches, waiting, removals, start]
