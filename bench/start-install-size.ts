import { execFile } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { temporaryDirectory } from '@banyan/testing'
import { ROOT } from '../tests/support/shop-process.ts'

/** Bytes that a fresh installation takes. */
export interface InstallSize {
  /** Our own sources and the packages they need, without Node. */
  readonly bytes: number
  /** The Node that the repository brings for its scripts. */
  readonly nodeBytes: number
}

const run = promisify(execFile)
/** Longest time for npm to fetch and unpack. */
const INSTALL_MS_MAX = 180_000

/** Installs the committed state into an empty directory, without what only development needs, and measures it. Needs git, tar and npm's registry. */
export async function installSize(): Promise<InstallSize> {
  using directory = temporaryDirectory()
  const archive = path.join(directory.path, 'source.tar')
  const target = path.join(directory.path, 'install')
  await run('git', ['archive', '--prefix=install/', '-o', archive, 'HEAD'], { cwd: ROOT })
  await run('tar', ['-xf', archive, '-C', directory.path])
  await run('npm', ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: target, timeout: INSTALL_MS_MAX })
  const nodes = readdirSync(path.join(target, 'node_modules')).filter((name) => /^node-(bin-)?(linux|darwin|win)/.test(name))
  const nodeBytes = nodes.reduce((sum, name) => sum + bytesOf(path.join(target, 'node_modules', name)), 0)
  return { bytes: bytesOf(target) - nodeBytes, nodeBytes }
}

function bytesOf(directory: string): number {
  let bytes = 0
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name)
    if (entry.isDirectory()) bytes += bytesOf(file)
    else if (entry.isFile()) bytes += statSync(file).size // links of workspaces lead to what is counted already
  }
  return bytes
}
