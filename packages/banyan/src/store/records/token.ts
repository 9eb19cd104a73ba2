import { BanyanError } from '../../kernel/error.ts'

/** What the token of a commit looks like on stores that number their events. */
export const TOKEN = /^[1-9]\d{0,15}$/

/** Returns the position that a token of a log names whose tokens are positions, and whose newest event `head` tells. Throws {@link unknownToken} for another. */
export async function positionOfToken(token: string, head: () => Promise<number>): Promise<number> {
  const position = TOKEN.test(token) ? Number(token) : Number.NaN
  if (Number.isSafeInteger(position) && position <= (await head())) return position
  throw unknownToken()
}

/** Refuses what is no token of this log, e.g. one that was made up or that lies beyond its end. */
export function unknownToken(): BanyanError {
  return new BanyanError('invalid_argument', 'the token names no write of this log; pass the token of an earlier answer unchanged')
}
