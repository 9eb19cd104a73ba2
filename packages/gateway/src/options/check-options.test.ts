import assert from 'node:assert/strict'
import { test } from 'node:test'
import { apiKeyHash } from '../identity/api-keys.ts'
import { gateway } from '../gateway.ts'
import { ADDRESS_LIMIT, type RateLimit } from '../limits/rate-limits.ts'
import type { GatewayOptions } from './options.ts'

const TOKENS = { issuer: 'https://issuer.example', audience: 'api', keys: async () => ({ keys: [] }) }
const KEY = { id: 'erp', sha256: apiKeyHash('k'.repeat(40)), roles: ['admin'] }

/** Options that plain JavaScript may give, whatever the types say. */
function made(options: unknown): unknown {
  return gateway(options as GatewayOptions)
}
function refused(options: unknown, message: RegExp): void {
  assert.throws(() => made(options), { code: 'misuse', message }, JSON.stringify(options))
}
const NO_NUMBERS = [0, -1, NaN, Infinity, 1.5, '10', null, 1e300]

test('refuses a rate of which any number is none: nothing would be limited, or everything', () => {
  const places: readonly ((limit: unknown) => object)[] = [
    (limit) => ({ address: limit }),
    (limit) => ({ subject: limit }),
    (limit) => ({ operations: { 'a.b': { address: limit } } }),
    (limit) => ({ operations: { 'a.b': { subject: limit } } }),
    (limit) => ({ operations: { 'a.b': { target: { field: 'x', limit, own: ADDRESS_LIMIT } } } }),
    (limit) => ({ operations: { 'a.b': { target: { field: 'x', limit: ADDRESS_LIMIT, own: limit } } } }),
  ]
  for (const limits of places) {
    made({ limits: limits(ADDRESS_LIMIT) })
    for (const part of ['requests', 'windowMs', 'burst'] satisfies (keyof RateLimit)[]) {
      for (const value of NO_NUMBERS)
        refused({ limits: limits({ ...ADDRESS_LIMIT, [part]: value }) }, new RegExp(`limits\\..*${part} is .*whole number from 1 to`))
      const { [part]: _left, ...rest } = ADDRESS_LIMIT
      refused({ limits: limits(rest) }, new RegExp(`has no ${part}`))
    }
    for (const limit of ['100/60', 100, true, [], null]) refused({ limits: limits(limit) }, /give an object with requests, windowMs, burst/)
  }
  for (const limits of ['off', true, 0, null, []]) refused({ limits }, /limits is .*; give an object with address, subject, operations/)
})

test('refuses numbers of the server and of bodies that Node would take otherwise, or that refuse everybody', () => {
  const server = ['connections', 'connectionsPerAddress', 'requestsPerConnection', 'unreadBytesPerConnection', 'unreadBytes', 'readMs']
  const arrival = ['arrivingBytes', 'bodyBytesPerSecond', 'keepAliveMs', 'requestMs', 'headMs', 'headBytes']
  for (const value of NO_NUMBERS) {
    for (const part of [...server, ...arrival])
      refused({ server: { [part]: value } }, new RegExp(`^gateway options\\.server\\.${part} is .*whole number from`))
    for (const part of ['perAddress', 'max']) refused({ ownWrites: { [part]: value } }, new RegExp(`ownWrites\\.${part} is`))
    for (const part of ['bodyBytesMax', 'bodyValuesMax']) refused({ [part]: value }, new RegExp(`${part} is`))
  }
  for (const maxAgeSeconds of [-1, NaN, '60']) refused({ cors: { origins: '*', maxAgeSeconds } }, /maxAgeSeconds is/)
  made({ cors: { origins: '*', maxAgeSeconds: 0 }, server: { connections: 1, headMs: 1 }, bodyBytesMax: 1 })
})

test('says what was meant by an option that there is not, at any depth', () => {
  refused({ trustedProxys: [] }, /has "trustedProxys", which is none of/)
  refused({ trustedProxie: [] }, /did you mean "trustedProxies"\?/)
  refused({ limits: { adress: ADDRESS_LIMIT } }, /limits has "adress".*did you mean "address"\?/)
  refused({ limits: { address: { ...ADDRESS_LIMIT, bursts: 1 } } }, /did you mean "burst"\?/)
  refused({ limits: { operations: { 'a.b': { targt: {} } } } }, /did you mean "target"\?/)
  refused({ server: { conections: 1 } }, /did you mean "connections"\?/)
  refused({ cors: { origin: ['https://a.example'] } }, /did you mean "origins"\?/)
  refused({ tokens: { ...TOKENS, algoritm: 'EdDSA' } }, /did you mean "algorithm"\?/)
  refused({ apiKeys: [{ ...KEY, role: ['admin'] }] }, /did you mean "roles"\?/)
  for (const options of [null, [], 'on']) refused(options, /^gateway options is /)
})

test('refuses tokens that could not be checked, and switches that are none', () => {
  made({ tokens: TOKENS })
  for (const part of ['issuer', 'audience', 'keys']) {
    refused({ tokens: { ...TOKENS, [part]: undefined } }, new RegExp(`tokens has no ${part}`))
    refused({ tokens: { ...TOKENS, [part]: '' } }, new RegExp(`tokens\\.${part} is ""`))
  }
  for (const algorithm of ['HS256', 'none', '']) refused({ tokens: { ...TOKENS, algorithm } }, /give one of EdDSA/)
  refused(
    { tokens: { ...TOKENS, revocations: { service: 'users', key: 'k', tokenMsMax: NaN, load: async () => [] } } },
    /tokenMsMax is NaN/,
  )
  for (const part of ['https', 'accessLog']) refused({ [part]: 'off' }, new RegExp(`${part} is "off"; give true or false`))
  for (const part of ['trustedProxies', 'hosts', 'scrapers', 'operatorRoles']) {
    refused({ [part]: '10.0.0.1' }, /give a list/)
    refused({ [part]: [''] }, new RegExp(`${part}\\[0\\] is ""`))
  }
})

test('refuses a list that lets nobody in', () => {
  refused({ operatorRoles: [] }, /operatorRoles is an empty list; name at least one, or leave it out for admin/)
  refused({ cors: { origins: [] } }, /cors\.origins is an empty list; name at least one, or leave cors out/)
  made({ operatorRoles: ['ops'], cors: { origins: ['https://a.example'] } })
})

test('refuses an API key without an id or roles, and never repeats what stands in the place of its hash', () => {
  made({ apiKeys: [KEY] })
  refused({ apiKeys: [{ ...KEY, id: '' }] }, /apiKeys\[0\]\.id is ""/)
  refused({ apiKeys: [{ ...KEY, roles: 'admin' }] }, /apiKeys\[0\]\.roles is "admin"; give a list/)
  refused({ apiKeys: [{ id: 'erp', roles: [] }] }, /has no sha256/)
})
