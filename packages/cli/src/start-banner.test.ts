import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import type { Operations } from 'banyan/contract'
import { command, contract, query, Type } from 'banyan'
import { firstPublicPath, startBanner } from './start-banner.ts'

const output = Type.Object({})
const ofId = query('GET /api/things/:id', { input: Type.Object({ id: Type.String({ pattern: '^[A-Z]{2}$' }) }), output, access: 'public' })
const search = query('GET /api/search', {
  input: Type.Object({ text: Type.String({ minLength: 3 }), page: Type.Integer() }),
  output,
  access: 'public',
})
const list = query('GET /api/things', { input: Type.Object({ limit: Type.Optional(Type.Integer()) }), output, access: 'public' })
const mine = query('GET /api/mine', { input: Type.Object({}), output, access: 'user' })
const hard = query('GET /api/hard/:code', {
  input: Type.Object({ code: Type.String({ pattern: '^\\d{31}!$' }) }),
  output,
  access: 'public',
})
const add = command('POST /api/things', { input: Type.Object({}), output, access: 'public' })

const WELL = { ready: true, checks: [] }
const path = (operations: Operations) => firstPublicPath([{ contract: contract('things', { operations }) }])

test('shows a path that anyone can ask for as it stands', () => {
  assert.equal(path({ mine, add, ofId, search, list }), '/api/things')
  assert.equal(path({ ofId }), '/api/things/AB')
  assert.match(path({ search }) ?? '', /^\/api\/search\?text=[\w%]{3,}&page=1$/)
  assert.equal(path({ mine, add, hard }), undefined, 'rather none than a wrong one')
})

test('the curl of the banner is one word for a shell', () => {
  const services = [{ name: 'things', contract: contract('things', { operations: { search } }) }]
  const settings = { store: 'sqlite', storeKinds: new Map(), directory: '/data' } as never
  const banner = startBanner({ url: 'http://[::1]:8080', settings, services, startMs: 1, health: WELL, json: false })
  const line = /curl (.*)$/m.exec(banner)?.[1] ?? ''
  const words = execFileSync('sh', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' })
    .trim()
    .split('\n')
  assert.equal(words.length, 1, line)
  assert.ok(URL.canParse(words[0] ?? ''))
})

test('a platform without a gateway says so, and shows no address', () => {
  const services = [{ name: 'things', contract: contract('things', { operations: { list } }) }]
  const settings = { store: 'sqlite', storeKinds: new Map(), directory: '/data' } as never
  const banner = startBanner({ url: undefined, settings, services, startMs: 1, health: WELL, json: false })
  assert.match(banner, /gateway {3}none: .*gateway\(\) in platform\.ts/)
  assert.doesNotMatch(banner, /http:|undefined|curl/)
  const facts = JSON.parse(startBanner({ url: undefined, settings, services, startMs: 1, health: WELL, json: true })) as { url: unknown }
  assert.equal(facts.url, null)
})

test('says which services are kept elsewhere, and does not promise what memory cannot keep', () => {
  const services = ['things', 'stock', 'price-lists'].map((name) => ({ name, contract: contract(name, { operations: { list } }) }))
  const storeKinds = new Map([['STOCK', 'memory'] as const, ['PRICE_LISTS', 'postgres'] as const, ['THINGS', 'sqlite'] as const])
  const settings = { store: 'sqlite', storeKinds, directory: '/data' } as never
  const banner = startBanner({ url: undefined, settings, services, startMs: 1, health: WELL, json: false })
  assert.match(banner, /data {6}SQLite in \/data; stock in memory; price-lists in PostgreSQL\n/)
  assert.match(banner, /start again: nothing but stock is lost\n/)
  const facts = JSON.parse(startBanner({ url: undefined, settings, services, startMs: 1, health: WELL, json: true })) as { stores: unknown }
  assert.deepEqual(facts.stores, { stock: 'memory', 'price-lists': 'postgres' })
})

test('a platform that is not ready says so, which check fails and why, and where to look', () => {
  const services = [{ name: 'things', contract: contract('things', { operations: { list } }) }]
  const settings = { store: 'sqlite', storeKinds: new Map(), directory: '/data' } as never
  const failing = {
    name: 'things:history',
    status: 'fail',
    output: 'its data are an older copy\nof what others have read',
    time: 0,
  } as const
  const fine = { name: 'things:store', status: 'pass', output: '', time: 0 } as const
  const facts = { url: 'http://127.0.0.1:8080', settings, services, startMs: 7, health: { ready: false, checks: [fine, failing] } }
  const banner = startBanner({ ...facts, json: false })
  assert.match(banner, /1 service in one process .* NOT READY/)
  assert.doesNotMatch(banner, /, ready in|things:store/)
  assert.match(banner, /\n {4}things:history: its data are an older copy of what others have read\n/)
  assert.match(banner, /curl http:\/\/127\.0\.0\.1:8080\/health\/ready/)
  const told = JSON.parse(startBanner({ ...facts, json: true })) as Record<string, unknown>
  assert.deepEqual([told['ready'], told['notReady']], [false, [{ name: failing.name, output: failing.output }]])
  const well = startBanner({ ...facts, health: WELL, json: false })
  assert.match(well, /ready in 7 ms\n\n {4}services/)
  assert.doesNotMatch(well, /NOT READY/i)
})
