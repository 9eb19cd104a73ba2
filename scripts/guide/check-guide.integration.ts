// Snippets that are wrong on purpose: what checks the guide must find each, and say where it stands on its page.
import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import { checkedGuide } from './check-guide.ts'
import { guidePage } from './guide-page.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const page = (...lines: string[]) => guidePage('docs/guide/broken.md', lines.join('\n'))
const sh = (...lines: string[]) => page('```sh', ...lines, '```')
const TWICE = ['```ts', '// twice.ts', 'export const twice = (n: number) => n * 2', '```']

test('a type that does not fit, a value that is another and a test that fails are found, at their lines of the page', async () => {
  const broken = page(
    ...TWICE,
    '```ts',
    '// try.ts',
    "import { twice } from './twice.ts'",
    '',
    'twice(2) // => 4',
    "twice('2') // => 4",
    'twice(3) // => 7',
    '```',
    '```ts',
    '// a.test.ts',
    "import assert from 'node:assert/strict'",
    "import { test } from 'node:test'",
    '',
    "test('one is two', () => assert.equal(1, Number('2')))",
    '```',
  )
  assert.deepEqual(broken.problems, [])
  using guide = checkedGuide(ROOT, [broken])
  assert.match(await guide.typeProblems(), /^docs\/guide\/broken\.md:10 \(try\.ts\): error TS2345/)
  const { failures, passed } = await guide.run()
  assert.equal(passed, 0)
  assert.equal(failures.length, 2)
  assert.match(failures.join('\n'), /docs\/guide\/broken\.md:11 says 7, and it is 6/)
  assert.match(failures.join('\n'), /one is two: [^]*docs\/guide\/broken\.md:18 \(a\.test\.ts\)/)
})

test('a file that no other one imports is run, and an assertion of it that fails is found', async () => {
  const broken = page(
    '```ts',
    '// a.ts',
    "import assert from 'node:assert/strict'",
    'assert.equal(1, 2)',
    '```',
    ...TWICE,
    '```ts',
    '// b.ts',
    "import { twice } from './twice.ts'",
    '',
    'twice(1) // => 2',
    '```',
  )
  using guide = checkedGuide(ROOT, [broken])
  const { failures, passed } = await guide.run()
  assert.equal(passed, 1)
  assert.match(failures.join('\n'), /docs\/guide\/broken\.md: a\.ts runs and shows what it says: [^]*broken\.md:4 \(a\.ts\)/)
})

test('what fits passes: its types, its values, its shell', async () => {
  const sound = page(
    ...TWICE,
    '```ts',
    '// try.ts',
    "import { twice } from './twice.ts'",
    '',
    'twice(2) // => 4',
    '```',
    '```sh',
    'echo a b',
    '# => b',
    '```',
  )
  using guide = checkedGuide(ROOT, [sound])
  assert.equal(await guide.typeProblems(), '')
  assert.deepEqual(await guide.run(), { failures: [], passed: 1 })
  await guide.runShells(sound)
})

test('lines for a shell that fail, print something else, or end although they should stay up, are found', async () => {
  for (const [wrong, message] of [
    [sh('true', 'false', 'true'), /broken\.md:2 ended with exit code 1/],
    [sh('echo yes', '# => no'), /broken\.md:2 says that it prints "no", and it prints:\nyes/],
    [sh('echo b a', '# => a', '# => b'), /prints "b" behind what stands above/],
    [page('```sh stays up', 'sleep 60', '```'), /broken\.md:2 stays up and shows none of the ports 8081, 8082/],
    [page('```sh stays up', 'echo gone 8081', '```'), /broken\.md:2 should stay up and has ended:\ngone/],
  ] as const) {
    using guide = checkedGuide(ROOT, [wrong])
    await assert.rejects(guide.runShells(wrong), { message })
  }
})
