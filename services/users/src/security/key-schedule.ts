import { ACCESS_TOKEN_SECONDS } from '../contract.ts'

const DAY_MS = 24 * 60 * 60_000

/** How long a key signs: whoever gets hold of one without being noticed has it for a month. */
export const KEY_USED_MS = 30 * DAY_MS
/** How long a key is published before it signs: verifiers that ask once a day know it in time. */
export const KEY_AHEAD_MS = DAY_MS
/** How often it is looked whether a key is old. */
export const KEY_LOOK_MS = 60 * 60_000
/**
 * How long a key stays published after it stopped to sign: until its last token has expired, with minutes for processes that take the next key
 * a little later.
 */
export const KEY_PUBLISHED_MS = ACCESS_TOKEN_SECONDS * 1_000 + 10 * 60_000

/** Tells whether the key that began at `activeFrom` needs a successor: made early enough that it begins when this one's time is up. */
export function isDue(activeFrom: number, now: number): boolean {
  return now - activeFrom >= KEY_USED_MS - KEY_AHEAD_MS
}
