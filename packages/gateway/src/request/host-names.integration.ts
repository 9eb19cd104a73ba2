import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sendRaw, startGateway } from '../gateway.fixture.ts'

test('on loopback answers to names of this machine only, whatever the path', async () => {
  await using running = await startGateway({ hosts: ['shop.example'] })
  const status = async (host: string, target = '/api/products/a'): Promise<string> =>
    (await sendRaw(running.gateway.port, `GET ${target} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)).slice(9, 12)
  for (const host of [
    'localhost',
    'LOCALHOST:8080',
    'localhost.',
    '127.0.0.1',
    '127.0.0.1:80',
    '127.1.2.3',
    '[::1]:8080',
    'Shop.Example:443',
  ])
    assert.equal(await status(host), '200', host)
  for (const host of ['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example', '10.0.0.1', 'xshop.example', '0.0.0.0'])
    assert.equal(await status(host), '421', host)
  for (const host of ['a@127.0.0.1', '127.0.0.1/', '127.0.0.1, localhost', 'local host', '[::1', 'localhost:http'])
    assert.equal(await status(host), '400', host)
  for (const target of ['/docs', '/metrics', '/health/live', '/health/ready', '/nothing', '/api/..'])
    assert.equal(await status('evil.example', target), '421', target)
  assert.equal(await status('localhost', 'http://evil.example/api/products/a'), '421', 'the whole URL overrules the header')
  assert.equal(await status('evil.example', 'http://localhost/api/products/a'), '200')
})

test('says what to do about a name that it does not know', async () => {
  await using running = await startGateway()
  const answer = await running.ask('/health/live', { headers: { host: 'shop.example' } })
  assert.deepEqual([answer.status, answer.json['code'], answer.json['retry']], [421, 'misdirected', 'never'])
  assert.match(String(answer.json['detail']), /"shop\.example".*localhost.*BANYAN_HOSTS/)
})

test('refuses hosts that no request could name', async () => {
  for (const host of ['https://shop.example', 'shop.example:443', '', '*'])
    await assert.rejects(startGateway({ hosts: [host] }), { code: 'misuse' }, host)
})
