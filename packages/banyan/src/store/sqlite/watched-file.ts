import { statSync } from 'node:fs'
import { BanyanError } from '../../kernel/error.ts'

/** Whether a file is still the one that was opened under its name. */
export interface WatchedFile {
  isInPlace(): boolean
  /** Says what is wrong and what to do. */
  error(): BanyanError
}

/**
 * Remembers which file stands under a name. One that is removed, or another put in its place, leaves an open connection with a file
 * that nobody will find again: what is written to it is lost with the process.
 */
export function watchFile(path: string): WatchedFile {
  const opened = identity(path)
  return {
    isInPlace: () => identity(path) === opened,
    error() {
      const what = identity(path) === undefined ? 'was removed' : 'was replaced by another file'
      return new BanyanError('unavailable', `${path} ${what} while it was open; stop the process, put the data in place, then start it`)
    },
  }
}

function identity(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false })
  return found && `${found.dev}:${found.ino}`
}
