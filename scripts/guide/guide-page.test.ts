import assert from 'node:assert/strict'
import { test } from 'node:test'
import { comparingText } from './comparing-text.ts'
import { type GuidePage, guidePage } from './guide-page.ts'
import { shows } from './shows.ts'

const page = (...lines: string[]): GuidePage => guidePage('docs/guide/x.md', lines.join('\n'))
const problems = (...lines: string[]): string =>
  page(...lines)
    .problems.map(({ line, message }) => `${line} ${message}`)
    .join('; ')

test('blocks of one name form one file, in order, and keep the lines of the page', () => {
  const { files } = page(
    '# X',
    '```ts',
    '// a.ts',
    'one // => 1',
    '```',
    'text',
    '```ts',
    '// b.ts',
    '```',
    '```ts',
    '// a.ts',
    'two',
    '```',
  )
  assert.deepEqual(
    files.map(({ name, lines }) => [name, lines.map(({ text, pageLine }) => `${pageLine} ${text}`)]),
    [
      ['a.ts', ['3 // a.ts', '4 one // => 1', '11 // a.ts', '12 two']],
      ['b.ts', ['8 // b.ts']],
    ],
  )
})

test('a block that nobody would run is a problem, unless it says why it is only shown', () => {
  assert.match(problems('```ts', 'const a = 1', '```'), /^2 the block names no file/)
  assert.match(problems('```ts', '/* contract.ts */', '```'), /^2 the block names no file/)
  assert.match(problems('```ts', '// ../up.ts', '```'), /names no file/)
  assert.match(problems('```', 'x', '```'), /^2 the block is "".* ts, sh or text/)
  assert.match(problems('```typescript', '// a.ts', '```'), /the block is "typescript"/)
  assert.match(problems('```json', '{}', '```'), /the block is "json"/)
  assert.match(problems('```text shown', 'x', '```'), /the block is "text"/)
  assert.match(problems('```ts shown', 'x', '```'), /only shown, and not why/)
  assert.match(problems('```sh shown:', 'x', '```'), /only shown, and not why/)
  assert.match(problems('```ts skip', '// a.ts', '```'), /"skip" behind the fence means nothing/)
  assert.match(problems('```ts stays up', '// a.ts', '```'), /"stays up" behind the fence means nothing/)
  assert.equal(problems('```sh', 'true', '```', '```ts shown: a part of it', 'x', '```', '```text', 'y', '```'), '')
})

test('a page that checks nothing is a problem', () => {
  assert.match(problems('# X', '```ts', '// a.ts', 'export const a = 1', '```'), /nothing on this page is checked/)
  assert.match(problems('```ts', '// a.ts', "import assert from 'node:assert/strict'", '```'), /nothing on this page is checked/)
  assert.equal(problems('```ts', '// a.ts', 'a // => 1', '```'), '')
  assert.equal(problems('```ts', '// a.test.ts', "test('a', () => {})", '```'), '')
})

test('lines for a shell keep what they print, and whether they stay up', () => {
  const { shells } = page('```sh stays up', 'start', '```', '```sh', 'ask', '# => two words', '# nothing', '```')
  assert.deepEqual(
    shells.map(({ staysUp, prints, pageLine }) => ({ staysUp, prints, pageLine })),
    [
      { staysUp: true, prints: [], pageLine: 2 },
      { staysUp: false, prints: ['two words'], pageLine: 5 },
    ],
  )
})

test('a line with a value compares it, as an expression, a constant or what is returned', () => {
  const [file] = page('```ts', '// a.ts', '  await f() // => { a: 1 }', 'const b = g(1) // => 2', 'return b // => 2', 'h()', '```').files
  assert.ok(file)
  assert.deepEqual(comparingText(file, 'p.md').split('\n'), [
    "import { shows } from '../shows.ts'",
    '  void shows(await f(), { a: 1 }, "p.md:3")',
    'const b = shows(g(1), 2, "p.md:4")',
    'return shows(b, 2, "p.md:5")',
    'h()',
    '',
  ])
})

test('a value that is another fails with both and the place on the page', () => {
  assert.equal(shows(1, 1, 'p.md:3'), 1)
  assert.throws(() => shows({ a: [1] }, { a: [2] }, 'p.md:3'), { message: 'p.md:3 says { a: [ 2 ] }, and it is { a: [ 1 ] }' })
  assert.throws(() => shows('1', 1, 'p.md:3'))
})
