import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A directory that vanishes at the end of its scope. */
export interface TemporaryDirectory extends Disposable {
  readonly path: string
}

/** Makes an empty directory. @example using directory = temporaryDirectory() */
export function temporaryDirectory(): TemporaryDirectory {
  const directory = mkdtempSync(path.join(tmpdir(), 'banyan-'))
  return { path: directory, [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) }
}
