import { fromTimestamp, Text, toTimestamp, Type } from 'banyan'
import { pageCursor } from 'banyan/contract'
import { operation } from '../define.ts'
import type { EndedTokens } from '../store/token-records.ts'

/** Rows of a page: tokens of few users end within their fifteen minutes. */
const PAGE_SIZE = 1_000
const cursors = pageCursor(Type.Tuple([Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }), Text.id()]))

/** Lists whose tokens were ended after a moment, for whoever verifies tokens. */
export const revocations = operation('revocations', async ({ since, cursor }, { read }) => {
  const found = await read((tx) => tx.tokens.ended(fromTimestamp(since), cursor === undefined ? undefined : parsed(cursor), PAGE_SIZE + 1))
  const page = found.slice(0, PAGE_SIZE)
  const last = page.at(-1)
  return {
    items: page.map(({ userId, at }) => ({ userId, at: toTimestamp(at) })),
    nextCursor: found.length > PAGE_SIZE && last ? cursors.write([last.at, last.userId]) : null,
  }
})

function parsed(cursor: string): EndedTokens {
  const [at, userId] = cursors.read(cursor)
  return { at, userId }
}
