import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** How tools on this machine reach the running platform. Readable by its owner only: the key makes one an administrator. */
export interface OperatorFile {
  readonly url: string
  readonly key: string
  readonly pid: number
}

const NAME = 'operator.json'

/** Writes the file, readable by the owner only. */
export function writeOperatorFile(directory: string, content: OperatorFile): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const file = path.join(directory, NAME)
  rmSync(file, { force: true })
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
}

/** Removes the file at a clean stop. */
export function removeOperatorFile(directory: string): void {
  rmSync(path.join(directory, NAME), { force: true })
}

/** Reads the file of a platform that runs or was killed; undefined when there is none. */
export function readOperatorFile(directory: string): OperatorFile | undefined {
  try {
    return JSON.parse(readFileSync(path.join(directory, NAME), 'utf8')) as OperatorFile
  } catch {
    return undefined
  }
}
