import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'

const SCRIPT = `
  import { Type } from 'typebox'
  import { schemaCheck } from ${JSON.stringify(new URL('../index.ts', import.meta.url).href)}
  const check = schemaCheck(Type.Object({ a: Type.Array(Type.Object({ b: Type.String() })) }))
  console.log(JSON.stringify([check.parse({ a: [{ b: 'x', secret: 1 }], secret: 1 }, 'it'), check.fits({ a: [{}] })]))
`

test('a process that must not compile code walks instead', () => {
  const flags = ['--disallow-code-generation-from-strings', '--input-type=module', '--eval', SCRIPT]
  const said = execFileSync(process.execPath, flags, { cwd: import.meta.dirname, encoding: 'utf8' })
  assert.deepEqual(JSON.parse(said), [{ a: [{ b: 'x' }] }, false])
})
