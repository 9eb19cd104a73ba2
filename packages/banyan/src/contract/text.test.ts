import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inputCheck, openApiDocument, query, schemaCheck, Text, Type, withReasonCode } from './index.ts'

const KINDS = { name: Text.name({ max: 80 }), line: Text.line({ max: 80 }), prose: Text.prose({ max: 80 }), raw: Text.raw({ max: 80 }) }
type Kind = keyof typeof KINDS

function escape(text: string): string {
  return JSON.stringify(text).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Says which kinds take a text. */
function takers(text: string): Kind[] {
  return (Object.keys(KINDS) as Kind[]).filter((kind) => schemaCheck(KINDS[kind]).fits(text))
}

test('takes what people are called and write, in any script', () => {
  for (const text of ['Ada', 'Özil', 'O’Brien-Łuk', '山田 太郎', 'محمد', 'Москва', 'नेहा', '1/2 Main St. #3', '💥', 'a\u00a0b'])
    assert.deepEqual(takers(text), ['name', 'line', 'prose', 'raw'], JSON.stringify(text))
})

test('refuses NUL and halves of surrogate pairs everywhere', () => {
  for (const text of ['\0', 'a\0b', '\ud800', 'a\udc00', '\udc00\ud800']) assert.deepEqual(takers(text), [], JSON.stringify(text))
})

test('takes tabs and line feeds in prose alone, and no other control', () => {
  for (const text of ['a\nb', 'a\tb']) assert.deepEqual(takers(text), ['prose', 'raw'], JSON.stringify(text))
  for (let code = 0x01; code < 0xa0; code++) {
    const isControl = code < 0x20 || code >= 0x7f
    if (isControl && code !== 9 && code !== 10) assert.deepEqual(takers(`a${String.fromCodePoint(code)}b`), ['raw'], code.toString(16))
  }
})

test('takes joiners, variation selectors and marks of direction in lines and prose, not in names', () => {
  for (const code of [0xad, 0x61c, 0x200c, 0x200d, 0x200e, 0x200f, 0xfe0f, 0xe0100])
    assert.deepEqual(takers(`a${String.fromCodePoint(code)}b`), ['line', 'prose', 'raw'], code.toString(16))
  assert.deepEqual(takers('👩‍👩‍👧'), ['line', 'prose', 'raw'])
})

test('refuses what turns the direction of writing, and what nobody sees, in all texts for people', () => {
  const turning = [0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069]
  const unseen = [0x34f, 0x115f, 0x1160, 0x17b4, 0x180e, 0x200b, 0x2028, 0x2029, 0x2060, 0x2064, 0x206f, 0x3164, 0xfeff, 0xffa0, 0xfff9]
  for (const code of [...turning, ...unseen, 0xfffe, 0xffff, 0x1d173, 0xe0001, 0xe0041, 0xe0fff])
    assert.deepEqual(takers(`a${String.fromCodePoint(code)}b`), ['raw'], code.toString(16))
})

test('names have no character that shows as nothing, that nobody has assigned, or that means something to one maker alone', () => {
  const out = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]|\u{1d159}|\u{16fe4}/u
  const check = schemaCheck(KINDS.name)
  for (let code = 0; code <= 0x10ffff; code++) {
    const character = String.fromCodePoint(code)
    const isBlank = /\p{Zs}/u.test(character)
    if (check.fits(`a${character}b`) !== (isBlank || !out.test(character))) assert.fail(`U+${code.toString(16)}`)
  }
})

test('lines and prose take what a newer Unicode may assign and what makers use, but no noncharacters and nothing unseen', () => {
  for (const code of [0x378, 0xe000, 0xf8ff, 0x1fbfe, 0x600, 0x6dd, 0x70f, 0x110bd])
    assert.deepEqual(takers(`a${String.fromCodePoint(code)}b`), ['line', 'prose', 'raw'], code.toString(16))
  for (const code of [0xfdd0, 0xffff, 0x1fffe, 0x10ffff, 0x13430, 0x1343f, 0x1d159, 0x16fe4, 0xe01f0])
    assert.deepEqual(takers(`a${String.fromCodePoint(code)}b`), ['raw'], code.toString(16))
})

test('names take joiners where a script cannot be written without, and nowhere else', () => {
  const taken = ['\u0dc1\u0dca\u200d\u0dbb\u0dd3', '\u0639\u0644\u06cc\u200c\u0631\u0636\u0627', '\u0d05\u0d30\u0d41\u0d23\u0d4d\u200d']
  for (const name of [...taken, '\u09b0\u200d\u09cd\u09af\u09be', '\u0930\u093e\u091c\u094d\u200c\u0915'])
    assert.deepEqual(takers(name), ['name', 'line', 'prose', 'raw'], escape(name))
  const refused = [
    'a\u200db',
    'a\u200cb',
    '\u200d',
    '\u0dca\u200d\u200d',
    '\u0639\u200c',
    '\u200c\u0639',
    'a\u200c\u0639',
    '\u0915\u094d\u200c',
    '👩\u200d👧',
  ]
  for (const name of refused) assert.equal(takers(name).includes('name'), false, escape(name))
})

test('a joiner in a name stands after a virama and before a letter of its script', () => {
  const taken = [
    'क्\u200dष',
    'क्\u200cष',
    'क\u093c\u094d\u200dय',
    'क्\u200dष्\u200dम',
    'শ্\u200dর',
    'ਪ੍\u200dਰ',
    'ક્\u200dષ',
    'କ୍\u200cଷ',
    'க்\u200cஷ',
    'క్\u200cష',
    'ಕ್\u200dಷ',
    'ക്\u200cഷ',
    'ശ്രീ അരുണ്\u200d ന്\u200d',
    'Ada क्\u200dष',
    'Ada क्\u200dष b',
  ]
  for (const name of taken) assert.ok(takers(name).includes('name'), escape(name))
  const joiners = ['\u200c', '\u200d']
  const refused = joiners.flatMap((joiner) => [
    `क्${joiner}`,
    `क्${joiner} ष`,
    `क्${joiner}1`,
    `क्${joiner}a`,
    `क्${joiner}ি`,
    `क्${joiner}ा`,
    `क्${joiner}${joiner}ष`,
    `क्${joiner}র`,
    `क\u09cd${joiner}ष`,
    `র\u094d${joiner}ষ`,
    `\u094d${joiner}ष`,
    `a\u094d${joiner}ष`,
    `a\u094d${joiner}`,
    `1\u094d${joiner}`,
    ` \u094d${joiner}`,
    `का\u094d${joiner}ष`,
    `${joiner}क`,
    `क${joiner}ष`,
    `क${joiner}्ष`,
    `a${joiner}`,
    `💥${joiner}💥`,
    `👩\u200d${joiner}👧`,
    `অ\u09cd${joiner}`,
    `ක්${joiner}`,
  ])
  const ofRa = ['র\u200d\u09cd', 'র\u200d\u09cda', 'ক\u200d\u09cdয', 'র\u200cয', 'র\u200c\u09cdয']
  const emoji = ['👩‍👩‍👧', '👩🏽\u200d🚀', '🏳\ufe0f\u200d🌈', 'a👩\u200d🚀']
  for (const name of [...refused, ...ofRa, ...emoji, 'ക്\u200cഷ്\u200d', 'ണ്\u200c'])
    assert.equal(takers(name).includes('name'), false, escape(name))
})

test('a joiner between Arabic letters of a name keeps apart two that would join', () => {
  for (const name of ['علی\u200cرضا', 'مهدی\u200cنژاد', 'خانه\u200cای']) assert.ok(takers(name).includes('name'), escape(name))
  for (const name of [
    'دارا\u200cب',
    'علی\u200cء',
    'ء\u200cعلی',
    'علی\u200dرضا',
    'علی\u200c\u200cرضا',
    'علی\u200c',
    'علی\u200c رضا',
    'علی\u200ca',
  ])
    assert.equal(takers(name).includes('name'), false, escape(name))
})

test('a mail address is made of atoms with single dots between them', () => {
  const email = schemaCheck(Text.email())
  for (const text of [
    'a@b.c',
    'ada.b+c@example.org',
    "!#$%&'*+-/=?^_`{|}~@example.org",
    'özil@bücher.example',
    '山田@例え.テスト',
    'ada-@example.org',
  ])
    assert.ok(email.fits(text), text)
  const inside = Array.from('"(),:;<>[]\\ \t\n\u00a0\u2800\u3000\u200b\u200d\u00ad\u0000\u007f@')
  for (const character of inside)
    for (const text of [
      `a${character}b@example.org`,
      `${character}a@example.org`,
      `a${character}@example.org`,
      `a@exa${character}mple.org`,
    ])
      assert.equal(email.fits(text), false, escape(text))
  for (const text of [
    '.a@b.cd',
    'a.@b.cd',
    'a..b@b.cd',
    '"a"@b.cd',
    '"a b"@b.cd',
    '"a"."b"@b.cd',
    'A <a@b.cd>',
    '\u0301a@b.cd',
    'a@b',
    'a@.b',
    'a@b..c',
  ])
    assert.equal(email.fits(text), false, escape(text))
  email.fits(`${'a.'.repeat(50_000)}@`)
})

test('a text of marks that sit on nothing, or of nothing that is seen, is none', () => {
  for (const text of ['\u0301', ' \u0301 ', '\u0301\u0302']) assert.deepEqual(takers(text), ['prose', 'raw'], escape(text))
  for (const text of ['\u200d', '\ufe0f', '\u00ad \u200e']) assert.deepEqual(takers(text), ['prose', 'raw'], escape(text))
  assert.deepEqual(takers(' a\u0301'), ['name', 'line', 'prose', 'raw'])
  assert.deepEqual(takers('\u200fa'), ['line', 'prose', 'raw'])
})

test('reads a long text once, whatever is in it', () => {
  const long = schemaCheck(Text.prose({ max: 100_000 }))
  const name = schemaCheck(Text.name({ max: 100_000 }))
  for (const piece of [
    ' ',
    'a',
    '\u0301',
    '\u0dca\u200d',
    '\u200d',
    ' a',
    'क्\u200d',
    'ണ്\u200d',
    'ക്\u200cണ്\u200d',
    'র\u200d\u09cd',
    'ع\u200c',
    'क्\u200dष',
  ])
    for (const check of [long, name]) check.fits(piece.repeat(50_000 / piece.length) + '\0')
})

test('takes no blank text where one is asked for', () => {
  for (const text of ['', ' ', '\u00a0', '\u3000 ', '\u2800']) {
    assert.equal(schemaCheck(KINDS.name).fits(text), false)
    assert.equal(schemaCheck(KINDS.line).fits(text), false)
    assert.equal(schemaCheck(Text.prose({ min: 1, max: 80 })).fits(`${text}\n`), false)
    assert.equal(schemaCheck(KINDS.prose).fits(text), true)
  }
  assert.equal(schemaCheck(Text.line({ min: 0, max: 80 })).fits(''), true)
})

test('bounds count code points of the normalised text', () => {
  const name = Type.Object({ name: Text.name({ max: 3 }) })
  assert.deepEqual(inputCheck(name).parse({ name: '💥💥💥' }, 'it'), { name: '💥💥💥' })
  assert.deepEqual(inputCheck(name).parse({ name: 'u\u0308u\u0308u\u0308' }, 'it'), { name: 'üüü' })
  assert.throws(() => inputCheck(name).parse({ name: '💥💥💥💥' }, 'it'), { code: 'invalid_argument' })
})

test('identifiers and tokens are ASCII that can be seen', () => {
  const [id, token] = [schemaCheck(Text.id({ max: 20 })), schemaCheck(Text.token({ max: 20 }))]
  for (const text of ['a', '01J-x_y.z:1']) assert.deepEqual([id.fits(text), token.fits(text)], [true, true], text)
  for (const text of ['', 'a b', 'é', 'a\n', '\u200ba', 'а']) assert.deepEqual([id.fits(text), token.fits(text)], [false, false], text)
  assert.deepEqual([id.fits('-a'), token.fits('-a/+=')], [false, true])
})

test('one spelling is one text: composed in fields, lists, unions, records and recursive types', () => {
  const Label = Text.line({ max: 20 })
  const schema = Type.Object({
    label: Label,
    list: Type.Array(Label),
    maybe: Type.Optional(Type.Union([Label, Type.Null()])),
    secret: Text.raw({ max: 20 }),
    record: Type.Record(Type.String(), Type.Union([Label, Type.Number()]), { propertyNames: Label }),
    tree: Type.Cyclic({ Node: Type.Object({ label: Label, below: Type.Array(Type.Ref('Node')) }) }, 'Node'),
  })
  const of = (u: string) => ({
    label: u,
    list: [u, 'a'],
    maybe: u,
    record: { [u]: u, n: 1 },
    tree: { label: u, below: [{ label: u, below: [] }] },
  })
  const secret = 'u\u0308'
  assert.deepEqual(inputCheck(schema).parse({ ...of('u\u0308'), secret }, 'it'), { ...of('ü'), secret })
})

test('names of a record that become one are refused rather than one of them lost', () => {
  const schema = Type.Record(Type.String(), Type.Integer(), { propertyNames: Text.name({ max: 20 }) })
  assert.deepEqual(inputCheck(schema).parse({ 'u\u0308': 1 }, 'it'), { ü: 1 })
  assert.throws(() => inputCheck(schema).parse({ 'u\u0308': 1, ü: 2 }, 'it'), { code: 'invalid_argument' })
})

test('says in words what a text must be', () => {
  assert.throws(() => inputCheck(Type.Object({ city: Text.name({ max: 20 }) })).parse({ city: 'a\0' }, 'it'), {
    fields: [
      {
        path: '/city',
        expected:
          'must be one line of visible characters: no controls, no line breaks, no invisible, unassigned or direction-turning characters, and not blank',
      },
    ],
  })
})

test('stands in the reference of an API as plain JSON Schema', () => {
  const operation = query('GET /api/it', { input: Type.Object({ name: Text.name({ max: 20 }) }), output: Type.Null(), access: 'public' })
  const document = openApiDocument({ title: 'it', version: '1', operations: [{ id: 'it.get', tag: 'it', operation }] })
  const { schema } = (document.paths as { '/api/it': { get: { parameters: [{ schema: Record<string, unknown> }] } } })['/api/it'].get
    .parameters[0]
  assert.deepEqual([schema['type'], schema['minLength'], schema['maxLength']], ['string', 1, 20])
  assert.match('Ada', new RegExp(String(schema['pattern']), 'u'))
})

test('a telephone number has digits', () => {
  const phone = schemaCheck(Text.phone())
  for (const text of ['112', '+49 30 1234567', '(030) 123-45/67', '+1 (555) 010.9999', '0049301234567'])
    assert.equal(phone.fits(text), true, text)
  for (const text of [
    '',
    '-----',
    '+',
    '( ) . / -',
    '12',
    '+1-',
    '1+12345',
    'call me',
    '\u0661\u0662\u0663',
    '1'.repeat(21),
    '112\n',
    '\u200e112',
  ])
    assert.equal(phone.fits(text), false, JSON.stringify(text))
})

test('a stored reason that is no code is read as "other", and the rest stays as it is', () => {
  assert.deepEqual(withReasonCode({ orderId: 'o1', reason: 'card_declined' }), { orderId: 'o1', reason: 'card_declined' })
  for (const reason of ['Ann called at 5', '', 'x'.repeat(1_000), 7, null, undefined])
    assert.deepEqual(withReasonCode({ orderId: 'o1', reason }), { orderId: 'o1', reason: 'other' }, String(reason))
  assert.deepEqual(withReasonCode({}), { reason: 'other' })
})

test('refuses a misspelt bound, which would be none, and bounds that no text fits', () => {
  const loose = (bounds: object): never => bounds as never
  const kinds = { name: Text.name, line: Text.line, prose: Text.prose, raw: Text.raw, token: Text.token, id: Text.id, code: Text.code }
  for (const [kind, make] of Object.entries(kinds)) {
    make({ max: 5, min: 5, description: 'x', examples: ['abcde'] })
    assert.throws(() => make(loose({ max: 5, mn: 2 })), { code: 'misuse', message: /has "mn".*did you mean "min"\?/ }, kind)
    for (const bounds of [{ max: 0 }, { max: -1 }, { max: 1.5 }, { max: '5' }, { max: 3, min: 4 }, { max: 3, min: -1 }, { max: Infinity }])
      assert.throws(
        () => make(loose(bounds)),
        { code: 'misuse', message: /a text has min .* and max / },
        `${kind} ${JSON.stringify(bounds)}`,
      )
  }
  assert.throws(() => Text.name(loose({ mx: 80 })), { message: /has "mx".*did you mean "max"\?/ })
  assert.throws(() => Text.name(loose({ max: 80, pattern: '^a$' })), {
    message: /has "pattern", which is none of min, max, description, examples/,
  })
})
