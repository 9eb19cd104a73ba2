import type { SqlValue } from 'banyan'
import { searchForm } from '../domain/search-form.ts'
import type { UserStatus } from '../domain/user-status.ts'

/** Which accounts to list. */
export interface AccountFilter {
  /** Part of a name or an email, in any spelling. */
  readonly q?: string | undefined
  readonly status?: UserStatus | undefined
  /** Id after which the page begins. */
  readonly after?: string | undefined
  readonly limit: number
}

/** Returns what is searched of an account. Made here and not by the store: SQLite's LOWER knows ASCII only. */
export function searchKey({ name, email, emailKey }: { readonly name: string; readonly email: string; readonly emailKey: string }): string {
  return [name, email, emailKey].map(searchForm).join('\n')
}

/** Returns the condition of a list, and its values. */
export function listCondition({ q, status, after }: AccountFilter): { where: string; values: SqlValue[] } {
  const conditions: string[] = []
  const values: SqlValue[] = []
  if (after !== undefined) {
    conditions.push('id < ?')
    values.push(after)
  }
  if (status !== undefined) {
    conditions.push('status = ?')
    values.push(status)
  }
  if (q !== undefined && q !== '') {
    conditions.push(`search_key LIKE ? ESCAPE '!'`)
    values.push(`%${searchForm(q).replaceAll(/[!%_]/g, '!$&')}%`)
  }
  return { where: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, values }
}
