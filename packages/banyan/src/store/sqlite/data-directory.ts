import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { BanyanError } from '../../kernel/error.ts'

/** Makes the directory for the database files, readable by its owner only. Throws `unavailable` with what to do. */
export function prepareDirectory(directory: string): void {
  try {
    const created = mkdirSync(directory, { recursive: true, mode: 0o700 })
    if (created !== undefined) syncDirectory(dirname(resolve(created))) // a power cut must not take the new directory with it
  } catch (thrown) {
    throw creationRefusal(directory, thrown)
  }
}

/** Makes what was made, renamed or removed in a directory durable. */
export function syncDirectory(path: string): void {
  const descriptor = openSync(path, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Says why a file or directory cannot be made, and what to do. */
export function creationRefusal(path: string, thrown: unknown): BanyanError {
  const { code, message } = thrown as NodeJS.ErrnoException
  const advice = ADVICE[code ?? ''] ?? 'check the path and the disk'
  return new BanyanError('unavailable', `${path} cannot be created (${message}); ${advice}`, { cause: thrown })
}

const ADVICE: Readonly<Record<string, string>> = {
  EACCES: 'give this user the right to write there, or choose another data directory',
  EPERM: 'give this user the right to write there, or choose another data directory',
  EROFS: 'the disk is mounted read-only; choose another data directory',
  EEXIST: 'a file stands where the directory should be; move it away, or choose another data directory',
  ENOTDIR: 'a file stands where a directory should be; move it away, or choose another data directory',
  ENOSPC: 'the disk is full; free some space',
}
