import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** npm's own record of what it installed: without it the copy's door would install everything anew. */
const NPM_RECORD = '.package-lock.json'

/** A copy of the repository that a mutant may be planted in; disposing removes it. */
export interface WorkCopy extends Disposable {
  readonly root: string
}

/** Copies what git would commit, with dependencies linked and workspaces pointing into the copy. */
export function workCopy(repository: string): WorkCopy {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'banyan-mutants-')))
  const remove = (): void => rmSync(root, { recursive: true, force: true, maxRetries: 5 }) // a killed test may still be writing
  process.once('exit', remove) // also when the command is interrupted
  for (const file of sources(repository)) cpSync(path.join(repository, file), path.join(root, file))
  linkModules(path.join(repository, 'node_modules'), path.join(root, 'node_modules'), repository)
  return {
    root,
    [Symbol.dispose]() {
      process.off('exit', remove)
      remove()
    },
  }
}

/** What is tracked or would be, as it is on disk now. */
function sources(repository: string): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const listed = execFileSync('git', args, { cwd: repository, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  return [...new Set(listed.split('\0'))].filter((file) => file !== '' && existsSync(path.join(repository, file)))
}

/**
 * Links every package, but those that are links into the repository itself (the workspaces) to their counterpart in the copy:
 * otherwise the tests of the copy would run the sound code of the repository.
 */
function linkModules(from: string, to: string, repository: string): void {
  mkdirSync(to)
  for (const name of readdirSync(from)) {
    const [source, link] = [path.join(from, name), path.join(to, name)]
    if (lstatSync(source).isSymbolicLink()) {
      const target = path.relative(repository, path.resolve(from, readlinkSync(source)))
      symlinkSync(path.join(path.dirname(rootOf(to)), target), link, 'junction')
    } else if (name.startsWith('@')) linkModules(source, link, repository)
    else if (name === NPM_RECORD) cpSync(source, link)
    else if (!name.startsWith('.')) symlinkSync(source, link, 'junction')
  }
}

/** The `node_modules` of a folder within it. */
function rootOf(folder: string): string {
  return path.basename(folder).startsWith('@') ? path.dirname(folder) : folder
}
