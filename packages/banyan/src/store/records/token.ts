import { BanyanError } from '../../kernel/error.ts'

/** What the token of a commit looks like on stores that number their events. */
export const TOKEN = /^[1-9]\d{0,15}$/

/** Refuses what is no token of this log, e.g. one that was made up or that lies beyond its end. */
export function unknownToken(): BanyanError {
  return new BanyanError('invalid_argument', 'the token names no write of this log; pass the token of an earlier answer unchanged')
}
