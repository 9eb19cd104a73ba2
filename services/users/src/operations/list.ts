import { operation } from '../define.ts'
import { toUser } from './to-user.ts'

/** Users of a page where the caller names no number. */
const PAGE_SIZE = 20

/** Lists users, newest first; the cursor is the last id of the page before. */
export const list = operation('list', async ({ q, status, cursor, limit = PAGE_SIZE }, { read, readApart }) => {
  const look = (q ?? status) === undefined ? read : readApart // part of a name has no index
  const found = await look((tx) => tx.accounts.list({ q, status, after: cursor, limit: limit + 1 }))
  const page = found.slice(0, limit)
  return { items: page.map(toUser), nextCursor: found.length > limit ? (page.at(-1)?.id ?? null) : null }
})
