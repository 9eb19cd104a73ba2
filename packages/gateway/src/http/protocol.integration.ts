import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { eventually } from '@banyan/testing'
import { sendRaw, startGateway, stubHost, testIssuer } from '../gateway.fixture.ts'

const issuer = await testIssuer()
const GET = 'GET /api/products/a HTTP/1.1\r\n'
const post = (token: string, more: string): string =>
  `POST /api/orders HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\n${more}`

test('refuses requests whose end two parties could see in different places', async () => {
  await using running = await startGateway()
  const shapes = {
    'length and chunks': `${GET.replace('GET', 'POST')}host: localhost\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: localhost\r\n\r\n`,
    'two lengths': `${GET.replace('GET', 'POST')}host: localhost\r\ncontent-length: 4\r\ncontent-length: 5\r\n\r\nabcde`,
    'a length with a sign': `${GET.replace('GET', 'POST')}host: localhost\r\ncontent-length: +4\r\n\r\nabcd`,
    'a list of lengths': `${GET.replace('GET', 'POST')}host: localhost\r\ncontent-length: 4, 4\r\n\r\nabcd`,
    'unknown coding': `${GET.replace('GET', 'POST')}host: localhost\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n`,
    'coding after chunked': `${GET.replace('GET', 'POST')}host: localhost\r\ntransfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
    'blank before the colon': `${GET}host: localhost\r\ntransfer-encoding : chunked\r\n\r\n0\r\n\r\n`,
    'folded header': `${GET}host: localhost\r\nx-a: b\r\n c: d\r\n\r\n`,
    'line feed only': 'GET /api/products/a HTTP/1.1\nhost: x\n\n',
    'bad chunk size': `${GET.replace('GET', 'POST')}host: localhost\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n`,
    'zero byte in a header': `${GET}host: localhost\r\nx-a: b\u0000c\r\n\r\n`,
    'no host': `${GET}\r\n`,
    'two hosts': `${GET}host: localhost\r\nhost: evil.example\r\n\r\n`,
    'one host twice': `${GET}Host: localhost\r\nhost: localhost\r\n\r\n`,
    'two hosts, one of them empty': `${GET}host: \r\nhost: localhost\r\n\r\n`,
    'a list of hosts': `${GET}host: localhost, evil.example\r\n\r\n`,
    'a user in the host': `${GET}host: evil.example@localhost\r\n\r\n`,
    'a user in the target': `${GET.replace('/api', 'http://evil.example@localhost/api')}host: localhost\r\n\r\n`,
    'no host, in a target with one': `${GET.replace('/api', 'http://localhost/api')}\r\n`,
    'two hosts in HTTP/1.0': `${GET.replace('1.1', '1.0')}host: localhost\r\nhost: evil.example\r\n\r\n`,
    'chunks in HTTP/1.0': `${GET.replace('GET', 'POST').replace('1.1', '1.0')}host: localhost\r\nconnection: keep-alive\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: localhost\r\n\r\n`,
    'two hosts, and a body that waits': `${GET.replace('GET', 'POST')}host: localhost\r\nhost: evil.example\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n`,
    'two hosts, and an unknown expectation': `${GET.replace('GET', 'POST')}host: localhost\r\nhost: evil.example\r\nexpect: foo\r\ncontent-length: 2\r\n\r\n{}`,
    'one length twice': `${GET.replace('GET', 'POST')}host: localhost\r\ncontent-length: 4\r\ncontent-length: 4\r\n\r\nabcd`,
    'chunked twice': `${GET.replace('GET', 'POST')}host: localhost\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    'no HTTP': 'hello\r\n\r\n',
    TLS: '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003',
  }
  for (const [name, bytes] of Object.entries(shapes)) {
    // Read to the end: the server must close, and must not have taken what follows for a request of its own.
    const answer = await sendRaw(running.gateway.port, Buffer.from(bytes, 'latin1'))
    assert.match(answer, name === 'bad chunk size' ? /^HTTP\/1\.1 4\d\d / : /^HTTP\/1\.1 400 /, `${name}: ${answer}`)
    assert.equal(answer.match(/HTTP\/1\.1 /g)?.length, 1, name)
  }
})

test('refuses headers of one value that are there twice, the same or not, and names them', async () => {
  await using running = await startGateway({ tokens: issuer.tokens })
  const token = await issuer.sign()
  const twice = {
    authorization: `authorization: Bearer ${token}\r\n`,
    'content-type': 'Content-Type: text/plain\r\n',
    'content-encoding': 'content-encoding: identity\r\ncontent-encoding: gzip\r\n',
    'idempotency-key': 'idempotency-key: a\r\nIdempotency-Key: b\r\n',
    'if-match': 'if-match: "1"\r\nif-match: "2"\r\n',
    'x-api-key': 'x-api-key: a\r\nx-api-key: b\r\n',
    origin: 'origin: http://a.example\r\norigin: http://b.example\r\n',
    host: 'host: localhost\r\n',
  }
  for (const [name, more] of Object.entries(twice)) {
    const answer = await sendRaw(running.gateway.port, post(token, `${more}content-length: 2\r\n\r\n{}`))
    assert.match(answer, /^HTTP\/1\.1 400 [\s\S]*connection: close/i, name)
    assert.match(answer, new RegExp(`the header ${name} is there twice`), name)
  }
  const lists = 'accept: a/b\r\naccept: c/d\r\nx-forwarded-for: 1.1.1.1\r\nx-forwarded-for: 2.2.2.2\r\nprefer: wait=1\r\nprefer: a\r\n'
  const answer = await sendRaw(running.gateway.port, `${GET}host: localhost\r\n${lists}connection: close\r\n\r\n`)
  assert.match(answer, /^HTTP\/1\.1 200 /, 'lists may come in parts')
})

test('answers one problem document to what is no HTTP, and closes', async () => {
  await using running = await startGateway()
  const answer = await sendRaw(running.gateway.port, 'hello\r\n\r\n')
  assert.match(answer, /content-type: application\/problem\+json[\s\S]*connection: close[\s\S]*"code":"invalid_argument"/)
})

test('refuses a head that is too large', async () => {
  await using running = await startGateway()
  const answer = await sendRaw(running.gateway.port, `${GET}host: localhost\r\nx-a: ${'a'.repeat(20_000)}\r\n\r\n`)
  assert.match(answer, /^HTTP\/1\.1 431 [\s\S]*"code":"headers_too_large"/)
})

test('cuts heads and bodies that come too slowly', async () => {
  await using running = await startGateway({ tokens: issuer.tokens, server: { requestMs: 200, headMs: 100 } })
  const head = await sendRaw(running.gateway.port, 'GET / HTTP/1.1\r\nhost: localhost\r\n')
  assert.match(head, /^HTTP\/1\.1 408 /)
  const body = await sendRaw(running.gateway.port, post(await issuer.sign(), 'content-length: 100\r\n\r\n{"items"'))
  assert.match(body, /^HTTP\/1\.1 408 |^$/)
})

test('notices a client that goes away in the middle of its body, and calls nothing', async () => {
  let calls = 0
  const host = stubHost({
    handlers: {
      createOrder: async () => {
        calls++
        return { output: { id: 'o1' } }
      },
    },
  })
  await using running = await startGateway({ tokens: issuer.tokens }, host)
  const socket = connect(running.gateway.port, '127.0.0.1')
  const token = await issuer.sign()
  socket.write(post(token, 'content-length: 100\r\n\r\n{"items"'))
  await eventually(() => assert.match(host.metrics.text(), /banyan_gateway_requests_in_flight 1/))
  socket.destroy()
  await eventually(() => assert.match(host.metrics.text(), /route="shop.createOrder",method="POST",status="499"\} 1/))
  assert.match(host.metrics.text(), /banyan_gateway_requests_in_flight 0/)
  assert.equal(calls, 0)
})

test('serves several requests of one connection, also when they come at once', async () => {
  await using running = await startGateway()
  const request = `${GET}host: localhost\r\n\r\n`
  const answer = await sendRaw(running.gateway.port, request + request + request.replace('host', 'connection: close\r\nhost'))
  assert.equal(answer.match(/HTTP\/1\.1 200 OK/g)?.length, 3)
})

test('keeps a connection usable after a refused body', async () => {
  await using running = await startGateway({ tokens: issuer.tokens, bodyBytesMax: 10 })
  const refused = post(await issuer.sign(), `content-length: 5000\r\n\r\n${'x'.repeat(5_000)}`)
  const answer = await sendRaw(running.gateway.port, `${refused}${GET}host: localhost\r\nconnection: close\r\n\r\n`)
  assert.match(answer, /^HTTP\/1\.1 413 [\s\S]*HTTP\/1\.1 200 OK/)
})

test('serves HTTP/1.0 without keeping the connection', async () => {
  await using running = await startGateway()
  const answer = await sendRaw(running.gateway.port, 'GET /health/live HTTP/1.0\r\n\r\n')
  assert.match(answer, /^HTTP\/1\.1 200 OK[\s\S]*connection: close/i)
})

test('goes by the host of a target that is a whole URL, whatever the header says', async () => {
  await using running = await startGateway()
  const status = async (target: string, host: string): Promise<string> =>
    (await sendRaw(running.gateway.port, `GET ${target} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)).slice(9, 12)
  assert.equal(await status('http://localhost/api/products/a', 'evil.example'), '200')
  assert.equal(await status('http://evil.example/api/products/a', 'localhost'), '421')
  assert.equal(await status('http:///api/products/a', 'localhost'), '400')
})

test('refuses a body that says it is too large before a byte of it is sent', async () => {
  await using running = await startGateway({ tokens: issuer.tokens })
  const answer = await sendRaw(running.gateway.port, post(await issuer.sign(), 'content-length: 1048577\r\n\r\n'), 'payload_too_large')
  assert.match(answer, /^HTTP\/1\.1 413 /)
})

test('lets a body come that waits to be welcomed, once the head is clear and for us', async () => {
  await using running = await startGateway({ tokens: issuer.tokens })
  const body = '{"items":[{"sku":"a","quantity":1}]}'
  const waiting = `expect: 100-continue\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`
  const welcomed = await sendRaw(running.gateway.port, post(await issuer.sign(), waiting))
  assert.match(welcomed, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 201 /)
  const foreign = post('none', waiting).replace('host: localhost', 'host: evil.example').replace('connection: close\r\n', '')
  assert.match(await sendRaw(running.gateway.port, foreign), /^HTTP\/1\.1 421 [\s\S]*connection: close/i)
  const old = post(await issuer.sign(), waiting).replace('1.1', '1.0')
  assert.match(await sendRaw(running.gateway.port, old), /^HTTP\/1\.1 201 /, 'HTTP/1.0 knows no expectations')
})

test('answers an expectation that it does not know like any other request: with a problem document and its headers, and closes', async () => {
  await using running = await startGateway({ tokens: issuer.tokens })
  for (const expect of ['foo', '100-continue, foo', '100-continued', '']) {
    const answer = await sendRaw(running.gateway.port, post(await issuer.sign(), `expect: ${expect}\r\ncontent-length: 2\r\n\r\n{}`))
    assert.match(
      answer,
      /^HTTP\/1\.1 417 [\s\S]*x-content-type-options: nosniff[\s\S]*"code":"expectation_failed"/i,
      `${expect}: ${answer}`,
    )
    assert.match(answer, /x-request-id: [\s\S]*connection: close|connection: close[\s\S]*x-request-id: /i, expect)
  }
  const foreign = post('none', 'expect: foo\r\ncontent-length: 2\r\n\r\n{}').replace('host: localhost', 'host: evil.example')
  assert.match(await sendRaw(running.gateway.port, foreign), /^HTTP\/1\.1 421 /)
})
