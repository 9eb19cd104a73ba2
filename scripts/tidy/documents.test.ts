import assert from 'node:assert/strict'
import { test } from 'node:test'
import { documentViolations, headingAnchors, linksOf, type Repository } from './documents.ts'
import { citationViolations, PROMISES, promisePageViolations, testNames } from './promises.ts'

const FILES: Readonly<Record<string, string>> = {
  'README.md': '# Banyan\n\n## How it works\n\n## How it works\n',
  'docs/promises.md': '# Promises\n',
  'docs/a picture.png': '',
  'tests/a.test.ts':
    "test('keeps order', () => {})\ntest(`killed at ${point}, visit ${visit}`, async () => {})\npromise(harness, 'S1 all or nothing', f)\ntest(\n  'it\\'s over', f)",
}
const repository: Repository = { exists: (file) => file in FILES, read: (file) => FILES[file] ?? '', scripts: new Set(['bench']) }

function messages(path: string, text: string): string[] {
  return documentViolations({ path, text }, repository).map(({ line, message }) => `${line} ${message}`)
}

test('a link to a file that is not there is found, wherever the document stands', () => {
  assert.deepEqual(messages('docs/a.md', 'See [the test](../tests/a.test.ts), [here](promises.md) and [there](/README.md).'), [])
  assert.deepEqual(messages('docs/a.md', '\n\n[gone](../tests/b.test.ts)'), ['3 there is no tests/b.test.ts: repair the link'])
  assert.deepEqual(messages('README.md', '![picture](docs/b.png)'), ['1 there is no docs/b.png: repair the link'])
  assert.deepEqual(messages('README.md', '![picture](docs/a%20picture.png)'), [])
  assert.deepEqual(messages('README.md', '[x]: docs/b.md'), ['1 there is no docs/b.md: repair the link'])
  assert.match(messages('README.md', '[x](../outside.md)').join(), /leaves the repository/)
})

test('an anchor that is neither a heading nor a line is found', () => {
  assert.deepEqual(messages('docs/a.md', '[x](../README.md#how-it-works-1) [y](../tests/a.test.ts#L2)'), [])
  assert.deepEqual(messages('docs/a.md', '[x](../README.md#why)'), ['1 README.md has no "#why": repair the anchor'])
  assert.deepEqual(messages('docs/a.md', '[x](../tests/a.test.ts#L900)'), ['1 tests/a.test.ts has no "#L900": repair the anchor'])
  assert.deepEqual(messages('README.md', '[x](#how-it-works)'), [])
  assert.deepEqual(messages('README.md', '[x](#nowhere)'), ['1 README.md has no "#nowhere": repair the anchor'])
  assert.deepEqual([...headingAnchors('## P1 · All, or *nothing*\n### `code` here')], ['p1--all-or-nothing', 'code-here'])
})

test('examples in code and links to elsewhere are left alone', () => {
  assert.deepEqual(messages('README.md', '```\n[x](gone.md)\n```\n`[y](gone.md)` [z](https://example.org/gone.md) <mailto:a@b.c>'), [])
  assert.deepEqual(linksOf({ path: 'README.md', text: '[z](https://example.org)' }), [])
})

test('a command that package.json does not have is found, also in examples', () => {
  assert.deepEqual(messages('README.md', '```\nnpm run bench\n```'), [])
  assert.deepEqual(messages('README.md', '```\nnpm run chase\n```'), ['2 package.json has no script "chase"'])
})

function aPage(proof = '- [a.test.ts](../tests/a.test.ts): “keeps order”', numbers = PROMISES): string {
  return numbers
    .map((number) => `## ${number} · A promise\n\n**In practice:** x\n\n**Proved by**\n\n${proof}\n\n**Not promised:** y\n`)
    .join('\n')
}

function pageMessages(text: string): string[] {
  return promisePageViolations({ path: 'docs/promises.md', text }, repository).map(({ message }) => message)
}

test('each promise has its heading, its parts and a test that exists', () => {
  assert.deepEqual(pageMessages(aPage()), [])
  assert.deepEqual(
    pageMessages(aPage("- [a.test.ts](../tests/a.test.ts): “killed at …, visit …” · “S1 all or\n  nothing” · “it's over”")),
    [],
  )
  assert.match(pageMessages(aPage(undefined, PROMISES.slice(1))).join(), /one heading for each of P1/)
  assert.equal(pageMessages(aPage('- nothing')).length, PROMISES.length)
  assert.match(pageMessages(aPage('- “keeps order”')).join(), /P16 names no test/)
  assert.match(pageMessages(aPage('- [a.test.ts](../tests/a.test.ts): “keeps orders”'))[0] ?? '', /has no test “keeps orders”/)
  assert.match(pageMessages(aPage().replace('**Not promised:** y', '')).join(), /P1 does not say: Not promised/)
})

test('names of tests are read with what is filled in at run time', () => {
  assert.deepEqual(
    [...testNames(FILES['tests/a.test.ts'] ?? '')],
    ['keeps order', 'killed at …, visit …', 'S1 all or nothing', "it's over"],
  )
})

test('a source may cite only promises that are made', () => {
  const cited = (text: string): string[] => citationViolations({ path: 'a.ts', text }).map(({ line, message }) => `${line} ${message}`)
  assert.deepEqual(cited('// P1 and P16 (P8)\nconst code = "P0001"; const p99 = P1000'), [])
  assert.deepEqual(cited('\n// keeps P17'), ['2 cites P17, which no promise is'])
})
