import { mkdirSync, copyFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { comparingText } from './comparing-text.ts'
import type { GuidePage, SnippetFile } from './guide-page.ts'

/** Where the pages' files stand while they are checked: as in the folder of somebody who has the packages installed. */
export interface WorkFolder {
  readonly root: string
  /** Folder of one page's files. */
  folderOf(page: GuidePage): string
  /** Test files that run all that the pages say. */
  readonly tests: readonly string[]
  /** Replaces places in the folder's files by those of the pages that they came from. */
  told(text: string): string
}

/** Writes the files of all pages into `root`, an empty folder outside of `node_modules`, where Node would not take their types away. */
export function workFolder(root: string, repository: string, pages: readonly GuidePage[]): WorkFolder {
  symlinkSync(path.join(repository, 'node_modules'), path.join(root, 'node_modules'), 'junction')
  copyFileSync(path.join(import.meta.dirname, 'shows.ts'), path.join(root, 'shows.ts'))
  writeJson(path.join(root, 'package.json'), { private: true, type: 'module' })
  writeJson(path.join(root, 'tsconfig.json'), {
    extends: path.join(repository, 'tsconfig.json'),
    include: ['**/*.ts'],
    exclude: ['node_modules'],
  })
  const tests = pages.flatMap((page) => writePage(path.join(root, shortName(page)), page))
  return { root, folderOf: (page) => path.join(root, shortName(page)), tests, told: (text) => toldByPage(text, root, pages) }
}

/** Writes one page's files, and a test for each that no other one imports; returns the test files. */
function writePage(folder: string, page: GuidePage): string[] {
  mkdirSync(folder)
  // `npm run banyan` is what the pages say, as in a clone of the repository
  writeJson(path.join(folder, 'package.json'), { private: true, type: 'module', scripts: { banyan: 'banyan' } })
  return page.files.flatMap((file) => {
    writeFileSync(path.join(folder, file.name), comparingText(file, page.path))
    if (file.name.endsWith('.test.ts')) return path.join(folder, file.name)
    return isImported(file, page) ? [] : writeTestOf(folder, page, file)
  })
}

function isImported({ name }: SnippetFile, { files }: GuidePage): boolean {
  return files.some(({ lines }) => lines.some(({ text }) => text.includes(` from './${name}'`)))
}

function writeTestOf(folder: string, page: GuidePage, { name }: SnippetFile): string {
  const test = path.join(folder, `run-${name.replace(/\.ts$/, '.test.ts')}`)
  const title = JSON.stringify(`${page.path}: ${name} runs and shows what it says`)
  writeFileSync(test, `import { test } from 'node:test'\n\ntest(${title}, async () => void (await import('./${name}')))\n`)
  return test
}

function writeJson(file: string, value: object): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`)
}

function shortName({ path: page }: GuidePage): string {
  return path.posix.basename(page, '.md')
}

/** `events/try.ts(12,3)` of the compiler and `events/try.ts:12` of a stack, as the page's own path and line. */
function toldByPage(text: string, root: string, pages: readonly GuidePage[]): string {
  const files = new Map(pages.flatMap((page) => page.files.map((file) => [`${shortName(page)}/${file.name}`, { page, file }])))
  const plain = text.replaceAll(`file://${root}/`, '').replaceAll(`${root}/`, '')
  return plain.replaceAll(/([a-z0-9-]+\/[a-z0-9.-]+\.ts)(?:\((\d+),\d+\)|:(\d+)(?::\d+)?)/g, (whole, name: string, one, other) => {
    const found = files.get(name)
    const line = found?.file.lines[Number(one ?? other) - 1]
    return found && line ? `${found.page.path}:${line.pageLine} (${found.file.name})` : whole
  })
}
