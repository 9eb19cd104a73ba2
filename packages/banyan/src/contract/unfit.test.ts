import assert from 'node:assert/strict'
import { test } from 'node:test'
import { command, contract, event, type TSchema, Type } from './index.ts'
import { unfit } from './unfit.ts'

const Unfit: Record<string, TSchema> = {
  never: Type.Never(),
  'an enumeration of nothing': Type.Enum([]),
  'a text of at least 3 and at most 2': Type.String({ minLength: 3, maxLength: 2 }),
  'a number of at least 3 and at most 2': Type.Integer({ minimum: 3, maximum: 2 }),
  'a list of at least 3 and at most 2': Type.Array(Type.String(), { minItems: 3, maxItems: 2 }),
  'a list of one never': Type.Array(Type.Never(), { minItems: 1 }),
  'a choice of nevers': Type.Union([Type.Object({ a: Type.Never() }), Type.Integer({ minimum: 1, maximum: 0 })]),
  'an intersection with never': Type.Intersect([Type.Object({ a: Type.String() }), Type.Object({ b: Type.Never() })]),
}
for (const [what, schema] of Object.entries(Unfit))
  test(`refuses ${what} where it is needed: no call, answer or event could have it`, () => {
    const With = Type.Object({ id: Type.String(), wrong: schema })
    assert.match(unfit(With) ?? 'fits', /^\/wrong/)
    const Right = Type.Object({ id: Type.String() })
    const one = (parts: object) => () =>
      contract('a', { operations: { do: command('POST /api/a', { input: Right, output: Right, access: 'public', ...parts }) } })
    assert.throws(one({ input: With }), { code: 'misuse', message: /^a\.do: no value fits the input at \/wrong/ })
    assert.throws(one({ output: With }), { message: /^a\.do: no value fits the output at \/wrong/ })
    assert.throws(one({ errors: { gone: With } }), { message: /^a\.do: no value fits the data of error "gone" at \/wrong/ })
    assert.throws(() => contract('a', { events: { 'a.done': event({ key: 'id', data: With }) } }), {
      message: /^event a\.done of a: no value fits the data at \/wrong/,
    })
    one({ input: Type.Object({ id: Type.String(), wrong: Type.Optional(schema) }) })()
    one({ input: Type.Union([With, Right]) })()
  })

test('takes bounds that leave one value, and lists that may be empty', () => {
  for (const schema of [
    Type.String({ minLength: 2, maxLength: 2 }),
    Type.Integer({ minimum: 0, maximum: 0 }),
    Type.Array(Type.Never()),
    Type.Unknown(),
    { not: { type: 'string' } },
  ])
    assert.equal(unfit(Type.Object({ a: schema })), undefined)
})
