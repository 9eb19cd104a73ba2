import { accessRoles, type OperationDefinition, refuseCollisions } from 'banyan/contract'
import type { GatewayHost } from 'banyan/host'
import { misuse } from 'banyan/kernel'
import { type GatewayOptions, OPERATOR_ROLES } from './options.ts'

/** Where the gateway's own routes are; nobody else may have a route there, whatever its method. */
export const OWN_PATHS = ['/health', '/metrics', '/docs', '/openapi.json', '/api/ops'] as const

/** Operations of a role that a message names. */
const IDS_SHOWN_MAX = 3

/** An operation that the gateway offers, with the name by which people know it. */
interface Offered {
  readonly id: string
  readonly operation: OperationDefinition
}

/**
 * Throws `misuse` for operations that nobody could ever call through this gateway, for API keys that open nothing, and for routes that lie where the gateway's own are. The error
 * names service and operation.
 */
export function checkStart(options: GatewayOptions, { services }: Pick<GatewayHost, 'services'>): void {
  const offered = [
    ...services.flatMap(({ contract }) =>
      Object.entries(contract.operations).map(([name, operation]): Offered => ({ id: `${contract.name}.${name}`, operation })),
    ),
    ...(options.aggregates ?? []).map(({ id, operation }): Offered => ({ id: `aggregate "${id}"`, operation })),
  ].filter(({ operation }) => operation.access !== 'internal')
  refuseCollisions(offered.map(({ id, operation }) => ({ id, route: operation.route })))
  for (const one of offered) {
    checkCallable(options, one)
    checkPath(one.id, one.operation.route.path)
  }
  checkKeys(options, services, offered)
  for (const { contract, raw } of services) if (raw) checkPath(`the raw routes of ${contract.name}`, raw.prefix)
}

/** Who is not public needs credentials: a gateway without tokens and API keys accepts none, and an API key stands for no user. */
function checkCallable({ tokens, apiKeys = [] }: GatewayOptions, { id, operation: { access } }: Offered): void {
  if (access === 'public' || tokens !== undefined) return
  const needs = typeof access === 'string' ? 'signed-in users' : `users with rights (${accessText(access)})`
  if (apiKeys.length === 0)
    misuse(
      `${id} is for ${needs}, but this gateway accepts no credentials; give tokens (or apiKeys) to gateway(), or make its access public`,
    )
  const roles = accessRoles(access)
  if (apiKeys.some((key) => roles.some((role) => key.roles.includes(role)))) return
  misuse(
    `${id} is for ${needs}, but this gateway accepts API keys alone, which stand for no user, and ${
      roles.length === 0 ? 'its access names no roles' : `none of them has one of its roles`
    }; give tokens to gateway(), a key with such a role, or let programs call it with access: { user: true, roles: [...] }`,
  )
}

/**
 * A key is there for what others may not do: one whose roles open nothing is misspelt, or for another platform. A role that is named like a service is
 * for that service's own handlers to ask for.
 */
function checkKeys(
  { apiKeys = [], operatorRoles = OPERATOR_ROLES }: GatewayOptions,
  services: GatewayHost['services'],
  offered: readonly Offered[],
): void {
  const opened = rolesOf(offered)
  for (const role of operatorRoles) opened.set(role, ['the operations API', ...(opened.get(role) ?? [])])
  const own = new Set(services.map(({ contract }) => contract.name))
  for (const { id, roles } of apiKeys) {
    if (roles.some((role) => opened.has(role) || own.has(role))) continue
    const given = roles.length === 0 ? 'no roles' : `the roles ${roles.join(', ')}`
    misuse(`API key "${id}" has ${given}, which open nothing here; give it one of ${rolesText(opened)}, or leave the key out`)
  }
}

/** Returns which operations each role opens. */
function rolesOf(offered: readonly Offered[]): Map<string, string[]> {
  const opened = new Map<string, string[]>()
  for (const { id, operation } of offered)
    for (const role of accessRoles(operation.access)) opened.set(role, [...(opened.get(role) ?? []), id])
  return opened
}

function rolesText(opened: ReadonlyMap<string, readonly string[]>): string {
  return Array.from(opened, ([role, ids]) => {
    const more = ids.length - IDS_SHOWN_MAX
    return `${role} (${ids.slice(0, IDS_SHOWN_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''})`
  }).join(', ')
}

function accessText(access: Exclude<OperationDefinition['access'], string>): string {
  const roles = accessRoles(access).join(', ')
  if ('owner' in access) return roles === '' ? `the owner in "${access.owner}"` : `the owner in "${access.owner}", roles: ${roles}`
  return `roles: ${roles || 'none'}`
}

function checkPath(what: string, path: string): void {
  const own = OWN_PATHS.find((one) => path === one || path.startsWith(`${one}/`))
  if (own) misuse(`${what} has the path ${path}, but ${own} is the gateway's own; choose another path`)
}
