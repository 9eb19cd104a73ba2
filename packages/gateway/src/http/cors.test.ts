import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { type CorsOptions, createCors } from './cors.ts'

function answered(options: CorsOptions, origin: string | undefined): Record<string, string> {
  const headers: string[] = []
  createCors(options).addTo(headers, { headers: { origin } } as IncomingMessage)
  return Object.fromEntries(
    Array.from({ length: headers.length / 2 }, (_, index) => [headers[index * 2], headers[index * 2 + 1]]),
  ) as Record<string, string>
}

test('allows listed origins only, and tells caches that it depends', () => {
  const options = { origins: ['https://shop.example'], credentials: true }
  assert.equal(answered(options, 'https://shop.example')['access-control-allow-origin'], 'https://shop.example')
  assert.equal(answered(options, 'https://shop.example')['access-control-allow-credentials'], 'true')
  for (const origin of ['https://evil.example', 'https://shop.example.evil', 'http://shop.example', 'null', undefined])
    assert.deepEqual(answered(options, origin), { vary: 'origin' }, String(origin))
})

test('allows all where asked to, but never with credentials', () => {
  assert.equal(answered({ origins: '*' }, 'https://any.example')['access-control-allow-origin'], '*')
  assert.throws(() => createCors({ origins: '*', credentials: true }), { code: 'misuse' })
  assert.throws(() => createCors({ origins: ['shop.example'] }), { code: 'misuse' })
})
