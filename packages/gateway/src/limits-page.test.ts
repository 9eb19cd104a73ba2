import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'

const PAGE = path.join(import.meta.dirname, '../../../docs/limits.md')

test('every limit that refuses something is on the page of limits', () => {
  const page = readFileSync(PAGE, 'utf8')
  const sources = globSync('**/*.ts', { cwd: import.meta.dirname }).filter((file) => !/\.(?:test|integration|fixture)\.ts$/.test(file))
  const names = new Set<string>()
  for (const file of sources) {
    const text = readFileSync(path.join(import.meta.dirname, file), 'utf8')
    for (const [call] of text.matchAll(/(?:refused|#cut|stop)\([^\n]*/g))
      for (const [, name] of call.matchAll(/'([a-z]+(?:-[a-z]+)*)'/g)) names.add(name as string)
  }
  assert.ok(names.size >= 10, [...names].join())
  for (const name of names) assert.ok(page.includes(`\`${name}\``), `docs/limits.md does not name "${name}"`)
})
