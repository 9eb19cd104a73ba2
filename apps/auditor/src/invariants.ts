import { type AuditOptions, serviceDirectory, type Violation } from 'banyan/host'
import { inventory } from '@shop/inventory/contract'
import { orders } from '@shop/orders/contract'
import { payments } from '@shop/payments/contract'
import { type BookReader, fakeProviderBook, otherBook, readBook } from '@shop/payments/fake-provider'
import { shipping } from '@shop/shipping/contract'
import { checkOrder } from './check-order.ts'
import { checkServices } from './check-services.ts'
import { byOrder, type FactLists } from './order-facts.ts'
import { type AuditSettings, auditSettings } from './settings.ts'

/** Orders compared at a time: bounds the memory, and each page costs one look into every service. */
const PAGE_ORDERS = 2_000
/** Violations reported at most. */
const VIOLATIONS_MAX = 1_000
/** Sorts before every id. */
const BEGINNING = ''

interface Range {
  readonly after: string
  readonly upTo: string | undefined
}

/**
 * Checks the shop's invariants across services and against the payment provider's own book. Works while the shop runs: orders that change
 * while they are read are looked at again.
 */
export async function invariants(options: AuditOptions): Promise<readonly Violation[]> {
  const settings = auditSettings(options.environment)
  const book = await openBook(options)
  try {
    return await violationsOf(options, settings, book)
  } finally {
    book.close()
  }
}

/** Opens the fake provider's book for reading. Throws `failed_precondition` when it is not the one of these payments: nothing would fit. */
async function openBook(options: AuditOptions): Promise<BookReader> {
  const { id: expected } = await options.ask(payments).book({})
  const book = readBook(fakeProviderBook({ ...options, directory: serviceDirectory(options.directory, payments.name) }))
  if (expected === null || expected === book.id) return book
  book.close()
  throw otherBook(book)
}

async function violationsOf(options: AuditOptions, settings: AuditSettings, book: BookReader): Promise<readonly Violation[]> {
  const found = await checkServices(options, settings, book)
  let after = BEGINNING
  for (let isLast = false; !isLast && found.length < VIOLATIONS_MAX;) {
    const page = await options.ask(orders).orders({ after, limit: PAGE_ORDERS })
    isLast = page.length < PAGE_ORDERS
    const upTo = isLast ? undefined : page.at(-1)?.orderId
    const lists = { ...(await othersFacts(options, book, { after, upTo })), orders: page }
    for (const facts of byOrder(lists)) {
      const violations = checkOrder(facts, settings, options.now)
      if (violations.length > 0 && (await isStill(options, facts.orderId, facts.order?.version))) found.push(...violations)
    }
    after = upTo ?? after
  }
  return found.slice(0, VIOLATIONS_MAX)
}

async function othersFacts({ ask }: AuditOptions, book: BookReader, range: Range): Promise<Omit<FactLists, 'orders'>> {
  const charges = book.charges(range)
  const successes = book.successes(range)
  const asked = range.upTo === undefined ? { after: range.after } : { after: range.after, upTo: range.upTo }
  return {
    ...(await ask(payments).payments(asked)),
    charges,
    successes,
    reservations: await ask(inventory).reservations(asked),
    shipments: await ask(shipping).shipments(asked),
  }
}

/** Tells whether an order is as it was when its page was read: one that moves on is under way, not wrong. */
async function isStill({ ask }: AuditOptions, orderId: string, version: number | undefined): Promise<boolean> {
  return ((await ask(orders).version({ orderId })).version ?? undefined) === version
}
