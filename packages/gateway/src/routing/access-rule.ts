import { type Access, accessRoles, type Principal } from 'banyan/contract'
import { BanyanError } from 'banyan/kernel'

/**
 * Refuses a principal that an access rule keeps out whatever the input. The service checks again with the input at hand;
 * here it is checked before a body is read.
 */
export function checkAccess(access: Access, principal: Principal): void {
  if (access === 'public') return
  if (principal.kind === 'anonymous')
    throw new BanyanError('unauthenticated', 'this operation needs a signed-in user; send "Authorization: Bearer <token>"')
  const forUsers = access === 'user' || (typeof access === 'object' && 'user' in access)
  if (forUsers && principal.kind === 'user') return
  if (typeof access === 'object' && ('owner' in access || hasRole(principal, access))) return
  if (access === 'user')
    throw new BanyanError(
      'permission_denied',
      'this operation is for signed-in users; an API key stands for no user: send "Authorization: Bearer <token>"',
    )
  throw new BanyanError('permission_denied', `this operation needs one of the roles: ${accessRoles(access).join(', ') || 'none'}`)
}

/** Refuses a principal that is neither the owner named by the input nor has one of the rule's roles. */
export function checkOwner(access: Access, principal: Principal, input: Readonly<Record<string, unknown>>): void {
  if (typeof access !== 'object' || !('owner' in access) || hasRole(principal, access)) return
  const owner = input[access.owner]
  if (principal.kind === 'user' && owner === principal.subject) return
  const roles = accessRoles(access)
  const others = roles.length > 0 ? ` or a user with one of the roles: ${roles.join(', ')}` : ''
  throw new BanyanError('permission_denied', `this operation is for the user named by "${access.owner}"${others}`)
}

function hasRole(principal: Principal, access: Access): boolean {
  return accessRoles(access).some((role) => principal.roles.includes(role))
}
