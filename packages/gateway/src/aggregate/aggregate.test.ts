import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aggregate, type PartMakers } from './aggregate.ts'

const parts = ({ required }: PartMakers<unknown>) => ({ one: required(async () => 1) })
const SPEC = { access: 'public', summary: '', uses: [], parts } as const
/** What plain JavaScript can declare. */
const refuses = (changes: object, message: RegExp, route = 'GET /api/page'): void =>
  assert.throws(() => aggregate(route as 'GET /x', { ...SPEC, ...changes } as never), { code: 'misuse', message }, JSON.stringify(changes))

test('says what was meant by a part of an aggregate that there is not', () => {
  aggregate('GET /api/page', SPEC)
  refuses({ timeout: 5 }, /^aggregate "GET \/api\/page" has "timeout", which is none of access, summary, uses, input, timeoutMs, id, parts/)
  refuses({ sumary: '' }, /did you mean "summary"\?/)
  refuses({ parts: undefined }, /has parts undefined; give a function/)
  refuses(
    { parts: ({ required }: PartMakers<unknown>) => ({ one: required(async () => 1, { shema: {} } as never) }) },
    /a part of an aggregate has "shema".*did you mean "schema"\?/,
  )
})

test('refuses names that neither a header nor an object can hold, and methods that change something', () => {
  for (const name of ['', 'a b', 'a\r\nx-evil: 1', '__proto__', 'then'])
    refuses({ parts: ({ required }: PartMakers<unknown>) => ({ [name]: required(async () => 1) }) }, /^aggregate "page": part "/)
  for (const id of ['', 'a.b', 'a b', '__proto__']) refuses({ id }, /^aggregate "GET \/api\/page": id "/)
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) refuses({}, /must be a GET: it only reads/, `${method} /api/page`)
})
