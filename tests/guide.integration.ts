// The guide is run: every snippet of docs/guide has its types checked, in one program, and does what its page says.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, test } from 'node:test'
import { checkedGuide } from '../scripts/guide/check-guide.ts'
import { fencesOf } from '../scripts/guide/fence.ts'
import { guidePage } from '../scripts/guide/guide-page.ts'
import { findExecutable } from './support/find-executable.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
/** The list of pages has nothing to run. */
const INDEX = 'docs/guide/README.md'
const PAGES = globSync('docs/guide/**/*.md', { cwd: ROOT })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file !== INDEX)
  .toSorted()
  .map((file) => guidePage(file, readFileSync(path.join(ROOT, file), 'utf8')))
/** The pages are for servers: their lines are those of a shell on Linux. */
const UNFIT =
  (process.platform !== 'linux' && 'the lines are for Linux') ||
  (findExecutable('curl') === undefined && 'the lines ask with curl, which is not installed')
const guide = checkedGuide(ROOT, PAGES)
after(() => guide[Symbol.dispose]())

test('every block of the guide is run, or says why it is only shown', () => {
  assert.deepEqual(
    PAGES.flatMap(({ path: page, problems }) => problems.map(({ line, message }) => `${page}:${line} ${message}`)),
    [],
  )
  assert.ok(PAGES.length > 0)
})

test('the types of all snippets fit', async () => {
  assert.equal(await guide.typeProblems(), '')
})

test('every value is what its page says, and every test of a page passes', async () => {
  const { failures, passed } = await guide.run()
  assert.deepEqual(failures, [])
  assert.ok(passed >= PAGES.filter(({ files }) => files.length > 0).length)
})

for (const page of PAGES.filter(({ shells }) => shells.length > 0))
  test(`the shell lines of ${page.path} do what it says`, { skip: UNFIT }, async () => {
    await guide.runShells(page)
  })

test('the list of pages names each of them', () => {
  const index = readFileSync(path.join(ROOT, INDEX), 'utf8')
  for (const { path: page } of PAGES) assert.ok(index.includes(`(${path.posix.relative('docs/guide', page)})`), `${INDEX} lacks ${page}`)
})

test('the README shows the first example as it is', () => {
  const [shown] = fencesOf(readFileSync(path.join(ROOT, 'README.md'), 'utf8')).filter(({ language }) => language === 'ts')
  const example = readFileSync(path.join(ROOT, 'examples/first-service/platform.ts'), 'utf8')
  assert.equal(`${shown?.lines.join('\n')}\n`, example)
})
