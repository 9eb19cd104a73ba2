import { misuse } from './error.ts'

/** What no server takes inside of one segment of a path, however it is written: slashes, backslashes and control characters. */
const OUT_OF_PLACE = /[/\\\p{Cc}]/u
/** Segments such as `.` and `..` are steps to elsewhere. */
const DOTS = /^\.+$/

/** Throws `misuse` for an id by which people could not ask for something, since it cannot stand in a path: it would be listed and never reached. */
export function assertPathId(what: string, id: string): void {
  if (typeof id !== 'string') misuse(`${what} must be a text, not ${typeof id}`)
  if (OUT_OF_PLACE.test(id) || DOTS.test(id))
    misuse(
      `${what} is ${JSON.stringify(id)}, which cannot stand in a path, so nobody could ask for it; leave slashes, backslashes and control ` +
        'characters out, and do not use dots alone',
    )
}
