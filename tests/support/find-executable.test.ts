import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { temporaryDirectory } from '@banyan/testing'
import { findExecutable } from './find-executable.ts'

test('a program is found in PATH before the other folders, and only if it can be executed', () => {
  using directory = temporaryDirectory()
  for (const [name, mode] of [
    ['sh', 0o755],
    ['banyan-server', 0o755],
    ['banyan-notes', 0o644],
  ] as const) {
    writeFileSync(path.join(directory.path, name), '')
    chmodSync(path.join(directory.path, name), mode)
  }
  assert.equal(findExecutable('banyan-server', [directory.path]), path.join(directory.path, 'banyan-server'))
  assert.notEqual(findExecutable('sh', [directory.path]), path.join(directory.path, 'sh'))
  assert.equal(findExecutable('banyan-notes', [directory.path]), undefined)
  assert.equal(findExecutable('banyan-server'), undefined)
})
