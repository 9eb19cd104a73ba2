import { BanyanError } from '../../kernel/error.ts'

/**
 * Checks that a page of the log begins right after `after`. Throws `failed_precondition` when retention has removed what comes there:
 * a reader must hear of it, never pass over it (S6).
 */
export function refuseRemovedEvents(page: readonly { readonly position: number }[], after: number): void {
  const [first] = page
  if (first === undefined || first.position === Math.max(0, after) + 1) return
  const asked = `events after position ${after} were asked for, but the log begins at ${first.position}`
  throw new BanyanError(
    'failed_precondition',
    `${asked}; earlier ones were removed, as the service's retention says, and cannot be read again`,
  )
}
