import { BanyanError } from '../../kernel/error.ts'
import { refuseRemovedEvents } from './removed-events.ts'

/**
 * Takes the event at `after` off a page that was read from there on, and checks that it is the one the reader knows (S12).
 * Where retention has removed it there is nothing to compare. `idOf` tells an event's id.
 */
export function pageBehind<R extends { readonly position: number }>(
  page: readonly R[],
  after: number,
  afterId: string,
  idOf: (event: R) => string,
): readonly R[] {
  const [first] = page
  if (first === undefined) throw olderLog(after, afterId, undefined)
  if (first.position > after) {
    refuseRemovedEvents(page, after)
    return page
  }
  if (idOf(first) !== afterId) throw olderLog(after, afterId, idOf(first))
  return page.slice(1)
}

/** Says that a log does not have what a reader has read of it; `found` is the id of the event that stands there instead. */
export function olderLog(position: number, id: string, found: string | undefined): BanyanError {
  const what = found === undefined ? 'the log ends before it' : `the log has event ${found} there`
  return new BanyanError('data_older', `event ${id} was read at position ${position}, but ${what}: this is not the log that was read`)
}
