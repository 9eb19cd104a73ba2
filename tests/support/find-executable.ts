import { accessSync, constants } from 'node:fs'
import path from 'node:path'

/** Returns the first executable `name` in a folder of PATH, then of `others`, with its folder; undefined when there is none. */
export function findExecutable(name: string, others: readonly string[] = []): string | undefined {
  const inPath = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '')
  return [...inPath, ...others].map((folder) => path.join(folder, name)).find(isExecutable)
}

/** Tells whether there is a file that we may run. */
export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
