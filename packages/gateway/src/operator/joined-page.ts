import { schemaCheck, type TSchema, wrongCursor } from 'banyan/contract'

/** Rows of one page over several services. */
export interface JoinedPage<R> {
  readonly items: R[]
  /** Names the last row, for `after`; null when no row follows. */
  readonly nextCursor: string | null
}

/** Where a row stands in its service's own list, as texts. */
export type Place = readonly string[]

/** Lists to be joined. */
export interface JoinedLists<R extends object> {
  /** Services whose lists are joined. */
  readonly services: readonly string[]
  /** Cursor of the page before; undefined for the first. */
  readonly after: string | undefined
  readonly limit: number
  /** Reads rows of one service that come after a place, in the order of its list. */
  read(service: string, after: Place | undefined, limit: number): Promise<readonly R[]>
  placeOf(row: R): Place
  /** Schema of a place: what a cursor names is somebody's input, whatever it was decoded from. */
  readonly place: TSchema
  /** Finds the services that have a row of which a caller knows only a name: for cursors that are no cursors of ours. */
  named?(text: string): Promise<readonly string[]>
}

/** Rows that a store gives at once. */
const READ_ROWS_MAX = 1_000

/**
 * Reads one page of the lists of several services: those of the first service, then those of the next. A cursor names service and place, so
 * no row is lost or shown twice, whatever the ids of the services are. Throws `invalid_argument` for a cursor that leads nowhere.
 */
export async function joinedPage<R extends object>(lists: JoinedLists<R>): Promise<JoinedPage<R & { readonly service: string }>> {
  const { limit } = lists
  const services = lists.services.toSorted()
  const start = lists.after === undefined ? undefined : await startOf(lists, services, lists.after)
  const items: (R & { readonly service: string })[] = []
  for (const service of services.slice(start === undefined ? 0 : services.indexOf(start.service))) {
    const place = service === start?.service ? start.place : undefined
    for (const row of await readUpTo(lists, service, place, limit + 1 - items.length)) items.push({ service, ...row })
    if (items.length > limit) break
  }
  const more = items.length > limit
  const shown = items.slice(0, limit)
  const last = shown.at(-1)
  return { items: shown, nextCursor: more && last !== undefined ? cursorText([last.service, ...lists.placeOf(last)]) : null }
}

async function readUpTo<R extends object>(lists: JoinedLists<R>, service: string, after: Place | undefined, limit: number): Promise<R[]> {
  const rows: R[] = []
  for (let place = after; rows.length < limit;) {
    const asked = Math.min(limit - rows.length, READ_ROWS_MAX)
    const some = await lists.read(service, place, asked)
    rows.push(...some)
    const last = some.at(-1)
    if (last === undefined || some.length < asked) break
    place = lists.placeOf(last)
  }
  return rows
}

interface Start {
  readonly service: string
  readonly place: Place
}

async function startOf<R extends object>(lists: JoinedLists<R>, services: readonly string[], after: string): Promise<Start> {
  const [service = '', ...place] = cursorParts(after)
  if (services.includes(service) && schemaCheck(lists.place).fits(place)) return { service, place }
  const named = (await lists.named?.(after)) ?? []
  if (named.length === 1 && named[0] !== undefined) return { service: named[0], place: [after] }
  if (named.length <= 1) throw wrongCursor('after')
  throw wrongCursor('after', `must be nextCursor of the page before, or name one service: ${named.join(' and ')} have this id`)
}

/** `~` stands in no name of a service, and is escaped in the rest. Readable, and safe in URLs and shells. */
const SEPARATOR = '~'

function cursorText(parts: readonly string[]): string {
  return parts.map((part) => encodeURIComponent(part.toWellFormed()).replaceAll(SEPARATOR, '%7E')).join(SEPARATOR)
}

function cursorParts(text: string): string[] {
  try {
    return text.split(SEPARATOR).map(decodeURIComponent)
  } catch {
    return []
  }
}
