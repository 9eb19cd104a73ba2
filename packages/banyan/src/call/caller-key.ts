import type { Principal } from '../contract/access.ts'

/**
 * Makes an idempotency key unique per caller, so that nobody gets the answer of another one who chose the same key. Users, services and API keys have
 * keys of one shape, `kind:subject:key`, and none can be taken for one of another.
 */
export function callerKey({ kind, subject }: Pick<Principal, 'kind' | 'subject'>, key: string): string {
  return `${kind}:${subject.replace(/[%:]/g, escapeCharacter)}:${key}`
}

/** Without it, subject `a` with key `b:c` and subject `a:b` with key `c` would be one. */
function escapeCharacter(character: string): string {
  return character === ':' ? '%3A' : '%25'
}
