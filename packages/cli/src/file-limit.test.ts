import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLogger } from 'banyan/kernel'
import { checkFileLimit, openFilesMax } from './file-limit.ts'

const sqlite = { store: 'sqlite' } as const

test('a limit of files below what the services need is refused with what to do', () => {
  assert.throws(
    () => checkFileLimit(60, sqlite, silentLogger, 256),
    /open 256 files; 60 services on sqlite need 484; raise the limit, e\.g\. with: ulimit -n 1024/,
  )
})

test('a limit that leaves room for few connections is warned of', () => {
  const warned: unknown[] = []
  const log = { ...silentLogger, warn: (message: string, fields?: object) => void warned.push({ message, ...fields }) }
  checkFileLimit(7, sqlite, log, 120)
  assert.equal((warned[0] as { left: number }).left, 7)
  checkFileLimit(7, sqlite, log, 1_024)
  checkFileLimit(7, sqlite, log, undefined)
  assert.equal(warned.length, 1)
})

test('the limit of this process can be read', { skip: process.platform === 'linux' ? false : 'only Linux has /proc/self/limits' }, () => {
  assert.ok((openFilesMax() ?? Infinity) > 100)
})
