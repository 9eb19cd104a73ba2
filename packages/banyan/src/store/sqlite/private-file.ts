import { chmodSync, closeSync, lstatSync, openSync, statSync } from 'node:fs'
import { BanyanError } from '../../kernel/error.ts'
import type { Logger } from '../../kernel/logger.ts'
import { creationRefusal } from './data-directory.ts'

/** Rights of all but the owner. */
const OTHERS = 0o077
/** What SQLite keeps beside a database; it makes these with the rights of the database, but old ones keep theirs. */
const BESIDE = ['-wal', '-shm']

/** What SQLite's files are told through; a file that cannot be made private is worth a warning. */
export type FileLog = Pick<Logger, 'info' | 'warn'>

/**
 * Makes an empty file that only its owner can read, unless it is there; one that is there loses the rights of others.
 * **Gotchas**: an existing file must not be opened and closed here, because that would drop the locks that this process holds on it.
 */
export function createPrivateFile(path: string, log?: FileLog): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw creationRefusal(path, thrown)
    if (statSync(path).isDirectory())
      throw new BanyanError('unavailable', `${path} is a directory; the store needs a file there; move it away`)
    for (const end of ['', ...BESIDE]) tightenFile(`${path}${end}`, log)
  }
}

/**
 * Takes the rights of all but the owner from a file, e.g. one of a restored backup; nothing happens where there is none. A file of another user, or on a
 * disk without rights, stays as it is, with a warning. Links are not followed.
 */
export function tightenFile(path: string, log?: FileLog): void {
  const { getuid } = process
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (getuid === undefined || !found?.isFile() || (found.mode & OTHERS) === 0) return
  const mode = (found.mode & 0o777).toString(8)
  try {
    if (found.uid !== getuid()) throw new Error('it belongs to another user')
    chmodSync(path, found.mode & 0o700)
    log?.info('took the rights of others from a data file', { file: path, mode })
  } catch (error) {
    log?.warn('others can read a data file, and its rights cannot be changed; give it to the user of this process, with mode 600', {
      file: path,
      mode,
      error,
    })
  }
}
