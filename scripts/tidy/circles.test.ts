import assert from 'node:assert/strict'
import { test } from 'node:test'
import { importCircles } from './circles.ts'
import { type SourceFile, sourceFile } from './source-file.ts'

const files = (texts: Readonly<Record<string, string>>): SourceFile[] =>
  Object.entries(texts).map(([name, text]) => sourceFile(`packages/x/src/${name}`, text))

test('finds a circle of three files once, with its way and the line where it begins', () => {
  const circles = importCircles(
    files({
      'c.ts': "import { a } from './deep/a.ts'",
      'deep/a.ts': "// what it is\nimport { b } from './b.ts'",
      'deep/b.ts': "import type { C } from '../c.ts'",
      'd.ts': "import { a } from './deep/a.ts'",
    }),
  )
  assert.deepEqual(circles, [
    {
      path: 'packages/x/src/c.ts',
      line: 1,
      message: 'imports run in a circle: c.ts → a.ts → b.ts → c.ts; move what they share into a file below them',
    },
  ])
})

test('finds two circles, also a file that imports itself', () => {
  const circles = importCircles(
    files({ 'a.ts': "import './b.ts'\nimport './e.ts'", 'b.ts': "export * from './a.ts'", 'e.ts': "const later = () => import('./e.ts')" }),
  )
  assert.deepEqual(
    circles.map(({ path, line }) => [path, line]),
    [
      ['packages/x/src/a.ts', 1],
      ['packages/x/src/e.ts', 1],
    ],
  )
})

test('lets files share one that is below them', () => {
  assert.deepEqual(
    importCircles(files({ 'a.ts': "import './b.ts'\nimport './c.ts'", 'b.ts': "import './c.ts'", 'c.ts': "import 'node:fs'" })),
    [],
  )
})
