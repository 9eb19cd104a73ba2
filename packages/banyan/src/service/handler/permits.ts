import { accessRoles, type Principal } from '../../contract/access.ts'
import type { OperationDefinition } from '../../contract/operation.ts'
import { misuse } from '../../kernel/error.ts'
import { toJson } from '../../kernel/json.ts'
import { type Permit, permit } from './authorize.ts'
import type { Work } from './work.ts'

// Owns: whom a handler let pass, and that a kept answer is for them alone.

/** Throws `not_found` unless the caller may pass; notes what was asked, so that it is asked again before the answer is repeated. */
export function permitNow({ access }: OperationDefinition, label: string, work: Work, { owner, roles }: Permit): void {
  if (work.committed)
    misuse(`${label} asked for permission after its transaction had committed; call permit before anything is changed, or within it`)
  permit(work.scope.principal, owner, [...accessRoles(access), ...roles])
  const { permits } = work
  if (permits && !permits.some((known) => known.owner === owner && known.roles.join() === roles.join())) permits.push({ owner, roles })
}

/** Writes what was asked for a kept answer; null for nothing. */
export function keptPermits(permits: readonly Permit[] | undefined): string | null {
  return permits && permits.length > 0 ? toJson(permits) : null
}

/**
 * Throws `not_found` unless `principal` may still do what the answer was kept for: a role may be lost between a request and its repetition.
 * What the contract's own rule says has been asked before, as for every request.
 */
export function permitAgain({ access }: OperationDefinition, principal: Principal, kept: string | null): void {
  if (kept === null) return
  for (const { owner, roles } of JSON.parse(kept) as readonly Permit[]) permit(principal, owner, [...accessRoles(access), ...roles])
}
