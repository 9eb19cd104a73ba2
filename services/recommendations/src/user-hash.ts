import { hash } from 'node:crypto'

/** Returns the name under which a user's behaviour is kept: rows can be found and erased, but name nobody by themselves. */
export function userHash(userId: string): string {
  return hash('sha256', `recommendations:${userId}`, 'base64url')
}
