import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { temporaryDirectory } from '@banyan/testing'
import { EXIT } from './exit-code.ts'
import { localUrl, writeOperatorFile } from './operator-file.ts'
import { runCommand } from './run-command.ts'

const KEY = 'the-key-of-the-operator-0123456789'

test('sends nothing of the key, and no request, to whoever took the port of the platform', async () => {
  using directory = temporaryDirectory()
  const seen: string[] = []
  const imposter = createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`)
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ challenge: '1.a.b', proof: '0'.repeat(64), status: 'pass' }))
  })
  await new Promise<void>((resolve) => imposter.listen(0, '127.0.0.1', resolve))
  writeOperatorFile(directory.path, { url: localUrl('127.0.0.1', (imposter.address() as AddressInfo).port), key: KEY, pid: process.pid })
  const errors: string[] = []
  const code = await runCommand(['sagas'], {
    environment: { BANYAN_DATA: directory.path },
    directory: directory.path,
    print: () => {},
    printError: (text) => errors.push(text),
  })
  imposter.close()
  assert.equal(code, EXIT.unavailable)
  assert.match(errors.join('\n'), /no platform runs on the data in/)
  assert.equal(seen.length, 1)
  assert.match(String(seen[0]), /^GET \/api\/ops\/proof\?nonce=[0-9a-f]{64} /)
  assert.doesNotMatch(seen.join(), new RegExp(KEY))
})

test('reaches the platform by a literal address', () => {
  assert.equal(localUrl('127.0.0.1', 80), 'http://127.0.0.1:80')
  assert.equal(localUrl('0.0.0.0', 80), 'http://127.0.0.1:80')
  assert.equal(localUrl('::', 80), 'http://[::1]:80')
  assert.equal(localUrl('::1', 80), 'http://[::1]:80')
  assert.equal(localUrl('10.1.2.3', 80), 'http://10.1.2.3:80')
})

test('says that a platform without a gateway runs and cannot be asked', async () => {
  using directory = temporaryDirectory()
  writeOperatorFile(directory.path, { url: null, key: KEY, pid: process.pid })
  const errors: string[] = []
  const code = await runCommand(['sagas'], {
    environment: { BANYAN_DATA: directory.path },
    directory: directory.path,
    print: () => {},
    printError: (text) => errors.push(text),
  })
  assert.equal(code, EXIT.unavailable)
  assert.match(errors.join('\n'), /has no gateway, so it cannot be asked; add gateway/)
})
