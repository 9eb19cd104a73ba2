import { localCall } from './local-call.ts'
import { orders } from './orders-section.ts'
import type { Section } from './section.ts'
import { start } from './start-section.ts'

/** Every section, in the order they run. */
export const SECTIONS: readonly Section[] = [orders, localCall, start]
