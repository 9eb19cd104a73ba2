import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** How tools on this machine reach the running platform. Readable by its owner only: the key makes one an administrator. */
export interface OperatorFile {
  /** With a literal address: a name could lead to somebody else who listens on the same port. Null for a platform without a gateway. */
  readonly url: string | null
  readonly key: string
  readonly pid: number
}

const NAME = 'operator.json'

/** Writes the file, readable by the owner only. It appears whole or not at all. */
export function writeOperatorFile(directory: string, content: OperatorFile): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const file = path.join(directory, NAME)
  const fresh = `${file}.${content.pid}.new`
  rmSync(fresh, { force: true })
  writeFileSync(fresh, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  renameSync(fresh, file)
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

/** Returns the URL at which this machine reaches what listens on a literal address; "all addresses" stands for loopback. */
export function localUrl(address: string, port: number): string {
  const own = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address
  return `http://${own.includes(':') ? `[${own}]` : own}:${port}`
}
