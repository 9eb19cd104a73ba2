import type { Random } from 'banyan/kernel'

/** What a customer wants, and what the shop has told so far. */
export interface OrderIntent {
  /** Idempotency-Key; sent again with every try. */
  readonly key: string
  readonly sku: string
  readonly quantity: number
  /** Token of the fake provider. */
  readonly token: string
  /** Whether the customer changes their mind once the shop has answered. */
  readonly cancels: boolean
  /** How the request is sent the first time: `cut` loses the connection before the answer, `twice` sends it two times at once. */
  readonly manner: 'once' | 'twice' | 'cut'
  /** Id that the shop answered; undefined while no answer arrived. */
  orderId: string | undefined
  cancellation: 'not asked' | 'accepted' | 'refused'
  /** Whether the promise was looked after since it was given. */
  checked: boolean
}

/** An order as the shop answers it. */
export interface OrderAnswer {
  readonly id: string
  readonly orderNumber: number | null
  readonly status: string
  readonly paymentStatus: string
  readonly settled: boolean
  readonly totalMinor: number
  readonly failure: { readonly reason: string; readonly declineCode?: string } | null
}

/** An intent and how it ended. */
export interface EndedIntent {
  readonly intent: OrderIntent
  readonly order: OrderAnswer
}

/** What customers buy. */
export interface Assortment {
  /** More of it than anybody will buy. */
  readonly plenty: string
  /** Fewer units than will be asked for. */
  readonly scarce: string
}

/** Every way in which a payment can go, the good one more often. Coprime in length with {@link KINDS}, so that all meet all. */
const TOKENS = [
  'tok_ok',
  'tok_declined',
  'tok_ok',
  'tok_timeout_after',
  'tok_ok',
  'tok_timeout_before',
  'tok_slow',
  'tok_error_after',
  'tok_insufficient_funds',
] as const
/** Kinds of orders, one after another. */
const KINDS = 10
/** More units than the scarce product ever had, and not too heavy for a parcel. */
const TOO_MANY = 50

/** Builds the `count`-th intent. */
export function nextIntent(count: number, random: Random, { plenty, scarce }: Assortment): OrderIntent {
  const kind = count % KINDS
  const manner = random.next()
  return {
    key: `order-${count}-${Math.floor(random.next() * 1e9)}`,
    sku: kind >= 8 ? scarce : plenty,
    quantity: kind === 9 ? TOO_MANY : 1 + Math.floor(random.next() * 3),
    token: kind === 8 ? 'tok_ok' : (TOKENS[count % TOKENS.length] as string),
    cancels: kind === 4 || kind === 3,
    manner: manner < 0.15 ? 'cut' : manner < 0.3 ? 'twice' : 'once',
    orderId: undefined,
    cancellation: 'not asked',
    checked: false,
  }
}

/** Something of the intent is still unanswered. */
export function isOpen({ orderId, cancels, cancellation }: OrderIntent): boolean {
  return orderId === undefined || (cancels && cancellation === 'not asked')
}
