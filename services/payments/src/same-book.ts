import { BanyanError } from 'banyan'
import type { PaymentsContext } from './define.ts'
import type { BookReader } from './provider/fake/read-book.ts'

/**
 * Makes the fake provider's book the one of these payments, at the first start with both. Throws `failed_precondition` when it is another one:
 * the provider would know nothing of what it did, and charge again.
 */
export async function claimBook({ checkpoint, resources: { book, provider } }: PaymentsContext): Promise<void> {
  const expected = await checkpoint(async (tx) => {
    const known = await tx.books.idOf(provider.name)
    if (known !== undefined) return known
    if (!book.isEmpty() && !(await tx.books.isUsed())) return undefined // somebody else's
    await tx.books.claim(provider.name, book.id)
    return tx.books.idOf(provider.name)
  })
  if (expected !== book.id) throw otherBook(book)
}

/** Returns what is wrong with a book that is not the one of these payments. */
export function otherBook({ file, id }: Pick<BookReader, 'file' | 'id'>): BanyanError {
  const what =
    id === undefined
      ? `there is no book of the fake payment provider at ${file}`
      : `the book of the fake payment provider at ${file} is not the one of these payments`
  return new BanyanError(
    'failed_precondition',
    `${what}, so it does not know what was charged; use the data directory (BANYAN_DATA) that these payments were made with, or name its book in BANYAN_FAKE_PROVIDER_BOOK, as all instances on one database must. For a new, empty database, move the old book away`,
  )
}
