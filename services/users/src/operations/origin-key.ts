import type { UsersContext } from '../define.ts'

/** 96 bits: no two addresses share one by chance. */
const ORIGIN_KEY_LENGTH = 16

/** The form in which an address is stored: nobody can read it, but two entries of one address are seen to be so. */
export function originKey({ origin, resources }: Pick<UsersContext, 'origin' | 'resources'>): string {
  return resources.keyed.of('origin', origin ?? '').slice(0, ORIGIN_KEY_LENGTH)
}
