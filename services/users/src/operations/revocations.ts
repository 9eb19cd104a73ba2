import { fromTimestamp, toTimestamp } from 'banyan'
import { wrongCursor } from 'banyan/contract'
import { operation } from '../define.ts'
import type { EndedTokens } from '../store/token-records.ts'

/** Rows of a page: tokens of few users end within their fifteen minutes. */
const PAGE_SIZE = 1_000

/** Lists whose tokens were ended after a moment, for whoever verifies tokens. */
export const revocations = operation('revocations', async ({ since, cursor }, { read }) => {
  const found = await read((tx) => tx.tokens.ended(fromTimestamp(since), cursor === undefined ? undefined : parsed(cursor), PAGE_SIZE + 1))
  const page = found.slice(0, PAGE_SIZE)
  const last = page.at(-1)
  return {
    items: page.map(({ userId, at }) => ({ userId, at: toTimestamp(at) })),
    nextCursor: found.length > PAGE_SIZE && last ? `${last.at}.${last.userId}` : null,
  }
})

function parsed(cursor: string): EndedTokens {
  const [, at, userId] = /^(\d{1,15})\.(.+)$/.exec(cursor) ?? []
  if (at === undefined || userId === undefined) throw wrongCursor('cursor')
  return { at: Number(at), userId }
}
