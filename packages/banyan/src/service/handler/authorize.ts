import { type Access, accessRoles, type Principal } from '../../contract/access.ts'
import { BanyanError } from '../../kernel/error.ts'

/** Whom one call of `permit` lets pass, besides services and the roles that the contract lets in. */
export interface Permit {
  /** Absent where a thing has no owner, or is not there. */
  readonly owner?: string | undefined
  readonly roles: readonly string[]
}

/** What a program is told that wants to act as a customer. */
const NOT_FOR_KEYS = 'this operation is for signed-in users; an API key stands for no user: send "Authorization: Bearer <token>"'

/** Throws `unauthenticated` or `permission_denied` unless `principal` may call an operation with this access rule and input. */
export function authorize(access: Access, principal: Principal, input: unknown): void {
  if (principal.kind === 'service' || access === 'public') return
  if (access === 'internal') throw denied('only other services may call this operation')
  if (principal.kind === 'anonymous')
    throw new BanyanError('unauthenticated', 'this operation needs a signed-in user; send "Authorization: Bearer <token>"')
  const isUser = principal.kind === 'user'
  if ((access === 'user' || 'user' in access) && isUser) return
  if (hasRole(principal, accessRoles(access))) return
  if (access === 'user') throw denied(NOT_FOR_KEYS)
  if ('owner' in access && isUser && fieldOf(input, access.owner) === principal.subject) return
  throw denied(
    `this operation needs ${'owner' in access ? `the user named by "${access.owner}"` : 'a user'} with one of the roles: ${accessRoles(access).join(', ') || 'none'}`,
  )
}

/** Throws `not_found` unless `principal` is the owner, has one of `roles`, or is a service. */
export function permit(principal: Principal, ownerId: string | undefined, roles: readonly string[]): void {
  if (principal.kind === 'service' || hasRole(principal, roles)) return
  if (ownerId !== undefined && principal.kind === 'user' && principal.subject === ownerId) return
  throw new BanyanError('not_found', 'there is no such thing, or it is not yours')
}

function hasRole(principal: Principal, roles: readonly string[]): boolean {
  return roles.some((role) => principal.roles.includes(role))
}

function fieldOf(input: unknown, field: string): unknown {
  return typeof input === 'object' && input !== null ? (input as Record<string, unknown>)[field] : undefined
}

function denied(message: string): BanyanError {
  return new BanyanError('permission_denied', message)
}
