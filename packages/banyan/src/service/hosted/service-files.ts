import { existsSync, mkdirSync, renameSync } from 'node:fs'
import path from 'node:path'

/** Only whoever runs the platform: files may hold what customers wrote. */
const PRIVATE = 0o700

/** What SQLite keeps beside a database. Moved first: a database without them would miss what was committed last. */
const BESIDE = ['-wal', '-shm', '']

/** Returns the directory for files of one service, below that of the platform. Each has its own, so that a service can move with its files. */
export function serviceDirectory(directory: string, service: string): string {
  return path.join(directory, service)
}

/**
 * Moves files and folders of a service that lie in the platform's directory, where an earlier release kept those of all services, into its own.
 * Safe to run again after any end: what was moved stays, nothing is overwritten, and the service opens its files only behind it.
 */
export function takeOverFiles(directory: string, service: string, names: readonly string[]): void {
  const own = serviceDirectory(directory, service)
  for (const file of names.flatMap((name) => BESIDE.map((end) => name + end))) {
    const [from, to] = [path.join(directory, file), path.join(own, file)]
    if (!existsSync(from) || existsSync(to)) continue
    mkdirSync(own, { recursive: true, mode: PRIVATE })
    renameSync(from, to)
  }
}
