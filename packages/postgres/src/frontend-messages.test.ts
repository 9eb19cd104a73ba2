import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeBatch, type PartPlan } from './frontend-messages.ts'

/** Splits bytes into messages by their own lengths; fails when they do not add up. */
function messages(bytes: Buffer): string[] {
  const found: string[] = []
  let at = 0
  while (at < bytes.length) {
    const length = bytes.readInt32BE(at + 1)
    found.push(String.fromCharCode(bytes[at] as number) + bytes.subarray(at + 5, at + 1 + length).toString('latin1'))
    at += 1 + length
  }
  assert.equal(at, bytes.length)
  return found
}

const part: PartPlan = { text: 'SELECT $1', name: 's1', values: ['ä', null, 7, Uint8Array.of(1, 2)], parse: true, describe: true }

test('a batch is Parse, Bind, Describe, Execute for each part and one Sync', () => {
  const bytes = encodeBatch([part, { ...part, parse: false, describe: false }])
  assert.equal(
    messages(bytes)
      .map((message) => message[0])
      .join(''),
    'PBDEBES',
  )
})

test('lengths count bytes, null is −1, bytes travel as they are', () => {
  const bind = messages(encodeBatch([{ ...part, parse: false, describe: false }]))[0] as string
  const expected = Buffer.concat([
    Buffer.from('\0s1\0'),
    Buffer.from([0, 4, 0, 0, 0, 0, 0, 0, 0, 1]), // four formats, the last binary
    Buffer.from([0, 4]),
    Buffer.from([0, 0, 0, 2, 0xc3, 0xa4]),
    Buffer.from([255, 255, 255, 255]),
    Buffer.from([0, 0, 0, 1, 0x37]),
    Buffer.from([0, 0, 0, 2, 1, 2]),
    Buffer.from([0, 0]),
  ])
  assert.deepEqual(Buffer.from(bind.slice(1), 'latin1'), expected)
})
