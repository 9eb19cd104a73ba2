import type { Principal } from 'banyan'

/** Tells whether somebody may see drafts and list archived products: admins and other services. */
export function maySeeUnsold({ kind, roles }: Principal): boolean {
  return kind === 'service' || roles.includes('admin')
}
