import { BanyanError } from 'banyan/kernel'
import type { CommandCall, CommandOption } from './command.ts'
import { EXIT } from './exit-code.ts'
import { theRunningPlatform } from './operator.ts'
import { queryOf } from './query-of.ts'
import { shellWord } from './shell-word.ts'
import { table } from './table.ts'

type Row = Readonly<Record<string, unknown>>

/** A page of rows as the operations API answers it. */
export interface Page {
  readonly items: readonly Row[]
  /** Where the next page begins; null when this is the last. */
  readonly nextCursor?: string | null
  /** Of a list without pages: true when it has rows beyond these. */
  readonly more?: boolean
}

/** Options of a list that has pages. */
export const PAGE_OPTIONS: Readonly<Record<'limit' | 'after', CommandOption>> = {
  limit: { value: 'rows', summary: 'rows of one page, at most 1000 (default 100)', count: true },
  after: { value: 'cursor', summary: 'go on where the last page ended' },
}

/** What to list and how to show it. */
export interface Listing {
  /** Path below `/api/ops`. */
  readonly path: string
  /** Options that go into the query string. */
  readonly filter?: readonly string[]
  readonly row: (item: Row) => Row
  /** What to say when there is nothing. */
  readonly empty?: string
  /** Where nothing means that what was asked for is not there: what to say then, as an error. */
  readonly missing?: string
  /** What there is to say of a row that does not fit into a line. */
  readonly below?: (item: Row) => string | undefined
}

/** Prints one page, and how to get the next one if there is one. */
export async function printPage(call: CommandCall, { path, filter = [], missing, ...shown }: Listing): Promise<number> {
  const operator = await theRunningPlatform(call)
  const page = (await operator.get(path + queryOf(call, filter))) as Page
  const { items, nextCursor = null, more } = page
  if (missing !== undefined && items.length === 0) throw new BanyanError('not_found', missing)
  call.print(call.json ? JSON.stringify({ items, nextCursor, more }) : pageText(page, shown))
  return EXIT.ok
}

/** Lays a page out for people. What is cut off says so. */
export function pageText(
  { items, nextCursor = null, more = false }: Page,
  { row, empty = '', below }: Pick<Listing, 'row' | 'empty' | 'below'>,
): string {
  const rows = [table(items.map(row), empty), ...items.flatMap((item) => below?.(item) ?? [])].join('\n\n')
  const count = `${items.length} row${items.length === 1 ? '' : 's'}`
  if (nextCursor !== null) return `${rows}\n\n${count}; more: --after ${shellWord(nextCursor)}`
  return more ? `${rows}\n\n${count}; there are more, which are not shown` : rows
}
