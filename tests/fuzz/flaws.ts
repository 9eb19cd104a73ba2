import type { ApiOperation, ApiParameter } from './api-document.ts'
import { type Draft, knownToBeWrong } from './draft.ts'
import { breaksOf } from './schema-breaks.ts'

/** A draft with one thing wrong, and what that is. Whoever answers it with success has a bug. */
export interface Flaw {
  readonly what: string
  readonly draft: Draft
}

/** Above the limit of a body, which is a mebibyte. */
const HUGE_BYTES = 1_200_000
/** Deeper than any input. */
const DEPTH = 5_000
/** Texts that are no number, no truth and no choice. */
const WRONG_TEXTS = [
  'many',
  '',
  '1.5',
  '-1',
  '0',
  '1e999',
  '0x10',
  '999999999999999999',
  'null',
  '[]',
  '💥',
  'a'.repeat(3_000),
  'a'.repeat(9_000),
]

/** Everything that can be wrong with a request of this operation, one at a time, in a draft that is right. */
export function flawsOf(operation: ApiOperation, draft: Draft): Flaw[] {
  return [
    ...parameterFlaws(operation, draft),
    ...headerFlaws(operation, draft),
    ...(operation.method === 'GET' ? [{ what: 'a body in a GET', draft: { ...draft, raw: '{}' } }] : []),
    ...(operation.body ? bodyFlaws(operation.body.schema, operation.body.required, draft) : []),
  ]
}

function bodyFlaws(schema: object, required: boolean, draft: Draft): Flaw[] {
  const text = JSON.stringify(draft.body ?? {})
  const raw = (what: string, body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Flaw => ({
    what: `body: ${what}`,
    draft: { ...draft, headers: { ...draft.headers, ...headers }, raw: body },
  })
  return [
    ...breaksOf(schema, draft.body ?? {}).map(({ what, value }) => ({ what: `body ${what}`, draft: { ...draft, body: value } })),
    ...(required ? [raw('missing', '')] : []),
    ...['{', '{"a":1}{"b":2}', '{"a":01}', "{'a':1}", 'NaN', '\u0000', `\ufeff\ufeff${text}`].map((other) =>
      raw(`malformed ${JSON.stringify(other.slice(0, 20))}`, other),
    ),
    ...['[]', '7', '"text"', 'null', 'true'].map((other) => raw(`${other} instead of an object`, other)),
    raw('not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])),
    raw('too deep', `{"deep":${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}}`),
    raw('too large', `{"large":"${'x'.repeat(HUGE_BYTES)}"}`),
    raw('a name twice', `${text.slice(0, -1)}${text === '{}' ? '' : ','}"twice":{"a":1},"twice":2}`),
    raw('a prototype', '{"__proto__":{"admin":true}}'),
    ...['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/json; charset=latin1', ''].map(
      (type) => raw(`sent as ${type || 'nothing'}`, text, { 'content-type': type }),
    ),
    raw('compressed', text, { 'content-encoding': 'gzip' }),
  ]
}

function parameterFlaws(operation: ApiOperation, draft: Draft): Flaw[] {
  const found = operation.parameters.flatMap((parameter) => flawsOfParameter(parameter, draft))
  const wrong = found.filter((flaw) => knownToBeWrong(operation, flaw.draft) !== undefined)
  const broken = Object.keys(draft.path).map((name) => ({
    what: `path ${name}: not to be decoded`,
    draft: { ...draft, path: { ...draft.path, [name]: '\u0000' } },
  }))
  return [...wrong, ...broken, ...(operation.method === 'GET' ? [tooManyParameters(draft)] : [])]
}

function tooManyParameters(draft: Draft): Flaw {
  const more = Array.from({ length: 200 }, (_, n): [string, string] => [`more${n}`, ''])
  return { what: 'two hundred parameters', draft: { ...draft, query: [...draft.query, ...more] } }
}

function flawsOfParameter({ name, in: where, required, schema }: ApiParameter, draft: Draft): Flaw[] {
  const { maxLength, minimum, maximum } = schema
  const texts = [
    ...WRONG_TEXTS,
    ...(maxLength === undefined ? [] : ['a'.repeat(maxLength + 1)]),
    ...(minimum === undefined ? [] : [String(minimum - 1)]),
    ...(maximum === undefined ? [] : [String(maximum + 1)]),
  ]
  const what = (text: string): string => `${where} ${name}: ${JSON.stringify(text.slice(0, 30))}`
  if (where === 'path') return texts.map((text) => ({ what: what(text), draft: { ...draft, path: { ...draft.path, [name]: text } } }))
  if (where === 'header') return []
  const others = draft.query.filter(([other]) => other !== name)
  return [
    ...texts.map((text) => ({ what: what(text), draft: { ...draft, query: [...others, [name, text] as const] } })),
    { what: `query ${name}: given twice`, draft: { ...draft, query: [...others, [name, '1'], [name, '1']] } },
    ...(required ? [{ what: `query ${name}: missing`, draft: { ...draft, query: others } }] : []),
  ]
}

function headerFlaws({ parameters, open }: ApiOperation, draft: Draft): Flaw[] {
  const takes = (name: string): ApiParameter | undefined =>
    parameters.find((parameter) => parameter.in === 'header' && parameter.name === name)
  const withHeader = (name: string, text: string): Flaw => ({
    what: `${name}: ${JSON.stringify(text.slice(0, 30))}`,
    draft: { ...draft, headers: { ...draft.headers, [name]: text } },
  })
  const key = takes('Idempotency-Key')
  const { 'idempotency-key': _key, ...keyless } = draft.headers
  return [
    ...(key ? ['', 'two words', 'x'.repeat(256), 'é'].map((text) => withHeader('idempotency-key', text)) : []),
    ...(key?.required === true ? [{ what: 'no Idempotency-Key', draft: { ...draft, headers: keyless } }] : []),
    ...(takes('If-Match') ? ['*', 'W/"1"', '1', '"one"', '"1", "2"', '""'].map((text) => withHeader('if-match', text)) : []),
    ...(takes('Prefer') && !takes('If-Match') ? [withHeader('if-match', '"1"')] : []),
    ...(takes('Banyan-After')
      ? ['', 'nonsense', 'no-such-service:1', 'x:1,'.repeat(20)].map((text) => withHeader('banyan-after', text))
      : []),
    ...(open ? [] : ['Basic YTpi', 'Bearer', 'Bearer a.b.c', ''].map((text) => withHeader('authorization', text))),
  ]
}
