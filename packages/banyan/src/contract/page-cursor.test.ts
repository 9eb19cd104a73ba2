import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BanyanError } from '../kernel/error.ts'
import { idCursor, pageCursor } from './page-cursor.ts'
import { Text } from './text.ts'
import { Type } from 'typebox'
import { inputCheck } from './validator.ts'

const cursors = pageCursor(Type.Tuple([Text.raw({ max: 5 }), Type.Integer({ minimum: 0 }), Text.id()]))
const made = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

test('a cursor reads what it wrote', () => {
  for (const place of [['Mug', 5, 'p1'] as const, ['💥ü"\\', 0, 'x'.repeat(64)] as const])
    assert.deepEqual(cursors.read(cursors.write([...place])), place)
})

test('what a made-up cursor holds is checked as any other input, and refused with the name of its field', () => {
  const right = cursors.write(['Mug', 5, 'p1'])
  const wrong = [
    made(['\0', 5, 'p1']),
    Buffer.from(String.raw`["\ud800",5,"p1"]`).toString('base64url'),
    made(['too long', 5, 'p1']),
    made(['Mug', -1, 'p1']),
    made(['Mug', 1.5, 'p1']),
    made(['Mug', 5, 'x'.repeat(65)]),
    made(['Mug', 5, 'p 1']),
    made(['Mug', 5]),
    made(['Mug', 5, 'p1', 'more']),
    made({ 0: 'Mug', 1: 5, 2: 'p1', length: 3 }),
    made(null),
    Buffer.from('["Mug", 5, "p1"]').toString('base64url'),
    Buffer.from([0x5b, 0x22, 0xff, 0x22, 0x5d]).toString('base64url'),
    `${right}=`,
    `${right}!`,
    'zzz',
    '',
  ]
  for (const cursor of wrong)
    assert.throws(
      () => cursors.read(cursor),
      (error: BanyanError) =>
        error.code === 'invalid_argument' && error.fields?.[0]?.path === '/cursor' && /nextCursor/.test(error.message),
      cursor,
    )
})

test('a list by ids takes the ids that it gives out and nothing else', () => {
  const check = inputCheck(Type.Object({ cursor: idCursor() }))
  const cursor = '0196f3f2-7a3c-7d2e-8a10-1f2e3d4c5b6a'
  assert.deepEqual(check.parse({ cursor }, 'list'), { cursor })
  for (const wrong of ['zzz', '0', cursor.toUpperCase(), `${cursor}0`, `${cursor}\n`, ''])
    assert.throws(
      () => check.parse({ cursor: wrong }, 'list'),
      /\/cursor must be nextCursor of the page before; begin without it|must not have/,
      wrong,
    )
})

test('a schema of its own with the same pattern is not told that it is a cursor', () => {
  const { pattern } = idCursor() as { pattern?: string }
  const check = inputCheck(Type.Object({ id: Type.String({ pattern: pattern ?? '' }), cursor: Type.Optional(idCursor()) }))
  const told = (input: object): string => {
    try {
      check.parse(input, 'list')
      return 'passes'
    } catch (error) {
      return (error as Error).message
    }
  }
  assert.match(told({ id: 'zzz' }), /\/id must match pattern/)
  assert.match(told({ id: '0196f3f2-7a3c-7d2e-8a10-1f2e3d4c5b6a', cursor: 'zzz' }), /\/cursor must be nextCursor of the page before/)
})
