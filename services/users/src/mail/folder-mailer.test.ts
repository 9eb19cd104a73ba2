import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory, virtualClock } from '@banyan/testing'
import { createRuntime, type LogFields, silentLogger } from 'banyan/kernel'
import { folderMailer } from './folder-mailer.ts'

function opened(directory: string) {
  const lines: LogFields[] = []
  const log = { ...silentLogger, info: (_message: string, fields?: LogFields) => void lines.push(fields ?? {}) }
  const clock = virtualClock()
  const folder = path.join(directory, 'mails')
  return { mailer: folderMailer({ folder, runtime: createRuntime({ clock, log }) }), folder, lines, clock }
}

test('writes a mail to a file that only its owner can read, and logs where', async () => {
  using directory = temporaryDirectory()
  const { mailer, folder, lines } = opened(directory.path)
  await mailer.send({ to: 'ada@example.org', subject: 'Your\npassword', text: 'line 1\nline 2' })
  const [name = ''] = readdirSync(folder)
  const file = path.join(folder, name)
  assert.equal(readFileSync(file, 'utf8'), 'To: ada@example.org\nSubject: Your password\n\nline 1\nline 2\n')
  assert.deepEqual([statSync(file).mode & 0o777, statSync(folder).mode & 0o777], [0o600, 0o700])
  assert.deepEqual(lines, [{ file }])
})

test('the first mail since the start names the folder in a warning, and no line an address', async () => {
  using directory = temporaryDirectory()
  const told: unknown[] = []
  const note =
    (level: string) =>
    (message: string, fields?: LogFields): void =>
      void told.push({ level, message, ...fields })
  const runtime = createRuntime({ log: { ...silentLogger, warn: note('warn'), info: note('info') } })
  const mailer = folderMailer({ folder: directory.path, runtime })
  for (const to of ['ada@example.org', 'eve@example.org']) await mailer.send({ to, subject: 'x', text: '' })
  const warned = told.filter((line) => (line as { level: string }).level === 'warn')
  const message = 'mails are not sent: this one and all others are written to files in a folder'
  assert.deepEqual(warned, [{ level: 'warn', message, folder: directory.path }])
  assert.doesNotMatch(JSON.stringify(told), /@/)
})

test('keeps the newest thousand', async () => {
  using directory = temporaryDirectory()
  const { mailer, folder, clock } = opened(directory.path)
  for (let number = 0; number < 1_003; number++) {
    await mailer.send({ to: 'ada@example.org', subject: String(number), text: '' })
    clock.jumpWallTime(1)
  }
  const left = readdirSync(folder).toSorted()
  assert.equal(left.length, 1_000)
  assert.match(readFileSync(path.join(folder, left[0] as string), 'utf8'), /Subject: 3\n/)
})

test('two erasures at once remove the mails of both, and neither fails over what the other removed', async () => {
  using directory = temporaryDirectory()
  const { mailer, folder } = opened(directory.path)
  for (let number = 0; number < 60; number++)
    await mailer.send({ to: number % 2 === 0 ? 'ada@example.org' : 'eve@example.org', subject: 'x', text: '' })
  await Promise.all(['ada@example.org', 'eve@example.org', 'ada@example.org'].map(async (address) => mailer.forget?.(address)))
  assert.deepEqual(readdirSync(folder), [])
})
