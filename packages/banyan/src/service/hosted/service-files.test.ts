import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '../../store/sqlite/temporary-directory.testsuite.ts'
import { serviceDirectory, takeOverFiles } from './service-files.ts'

test("a service's files move out of the directory of all, each once, with what SQLite keeps beside them", async () => {
  await using place = await temporaryDirectory()
  const at = (...names: string[]): string => path.join(place.path, ...names)
  for (const file of ['book.db', 'book.db-wal', 'other.db']) writeFileSync(at(file), file)
  mkdirSync(at('mails'))
  writeFileSync(at('mails', 'a.eml'), 'hello')
  takeOverFiles(place.path, 'payments', ['book.db'])
  takeOverFiles(place.path, 'users', ['mails'])
  assert.equal(readFileSync(at('payments', 'book.db'), 'utf8'), 'book.db')
  assert.equal(readFileSync(at('payments', 'book.db-wal'), 'utf8'), 'book.db-wal')
  assert.equal(readFileSync(path.join(serviceDirectory(place.path, 'users'), 'mails', 'a.eml'), 'utf8'), 'hello')
  assert.deepEqual([existsSync(at('book.db')), existsSync(at('mails')), existsSync(at('other.db'))], [false, false, true])
})

test('a move that was cut off goes on, and nothing is overwritten', async () => {
  await using place = await temporaryDirectory()
  const at = (...names: string[]): string => path.join(place.path, ...names)
  mkdirSync(at('payments'))
  writeFileSync(at('payments', 'book.db-wal'), 'moved before the end')
  writeFileSync(at('book.db'), 'book')
  takeOverFiles(place.path, 'payments', ['book.db'])
  assert.equal(readFileSync(at('payments', 'book.db'), 'utf8'), 'book')
  writeFileSync(at('book.db'), 'of a restored backup')
  takeOverFiles(place.path, 'payments', ['book.db'])
  assert.equal(readFileSync(at('payments', 'book.db'), 'utf8'), 'book')
  assert.equal(readFileSync(at('book.db'), 'utf8'), 'of a restored backup')
})

test('where nothing lies nothing is made', async () => {
  await using place = await temporaryDirectory()
  takeOverFiles(path.join(place.path, 'files'), 'users', ['mails'])
  assert.equal(existsSync(path.join(place.path, 'files')), false)
})
