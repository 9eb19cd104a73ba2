/**
 * Who may call an operation. Least access is the default nobody has to remember: a contract must say it.
 * - `public`: anyone, without a token.
 * - `user`: any signed-in user; what a user may see of it is up to the handler's `permit`. Never an API key: it stands for a program, and
 *   what it did in the place of a user would belong to nobody.
 * - `{ user: true, roles }`: the same, and API keys with one of these roles, for what staff's programs do as well.
 * - `internal`: other services only; the gateway does not route it.
 * - `{ roles }`: users with one of these roles.
 * - `{ owner, roles }`: the user whose id is in the input field `owner`, and users with one of these roles.
 */
export type Access = 'public' | 'user' | 'internal' | UserAccess | RoleAccess | OwnerAccess

/** Access for any signed-in user, and for API keys with one of the roles. */
export interface UserAccess {
  readonly user: true
  readonly roles: readonly string[]
}

/** Access for users with one of the roles. */
export interface RoleAccess {
  readonly roles: readonly string[]
}

/** Access for the user named by an input field, and for users with one of the roles. */
export interface OwnerAccess {
  readonly owner: string
  readonly roles?: readonly string[]
}

/** Who is calling, as verified by the gateway or by the calling service's process. */
export interface Principal {
  readonly kind: 'anonymous' | 'user' | 'service' | 'key'
  /** User id, service name or key id; empty for `anonymous`. */
  readonly subject: string
  readonly roles: readonly string[]
}

/** The principal of a request without credentials. */
export const ANONYMOUS: Principal = { kind: 'anonymous', subject: '', roles: [] }

/** Returns the principal of a service that calls in its own name. */
export function servicePrincipal(name: string): Principal {
  return { kind: 'service', subject: name, roles: [] }
}

/** The principal of the platform itself: of audits, and of tools of whoever runs it. No service has its name. */
export const PLATFORM: Principal = servicePrincipal('platform')

/** Returns the roles that an access rule lets in besides owners. */
export function accessRoles(access: Access): readonly string[] {
  return typeof access === 'object' ? (access.roles ?? []) : []
}
