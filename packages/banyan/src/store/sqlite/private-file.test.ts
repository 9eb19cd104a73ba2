import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { createPrivateFile, tightenFile } from './private-file.ts'

interface Line {
  readonly level: 'info' | 'warn'
  readonly file: unknown
}

function place() {
  const directory = mkdtempSync(path.join(tmpdir(), 'private-'))
  const lines: Line[] = []
  const noted = (level: Line['level']) => (_message: string, fields?: { file?: unknown }) => void lines.push({ level, file: fields?.file })
  return {
    lines,
    log: { info: noted('info'), warn: noted('warn') },
    file(name: string, mode: number): string {
      const file = path.join(directory, name)
      writeFileSync(file, name)
      chmodSync(file, mode)
      return file
    },
    at: (name: string) => path.join(directory, name),
    [Symbol.dispose]: () => rmSync(directory, { recursive: true }),
  }
}

const modeOf = (file: string): number => statSync(file).mode & 0o777

test('a file that is there loses the rights of others, and so does what SQLite keeps beside it', () => {
  using here = place()
  const files = ['a.db', 'a.db-wal', 'a.db-shm'].map((name) => here.file(name, 0o664))
  createPrivateFile(files[0] as string, here.log)
  assert.deepEqual(files.map(modeOf), [0o600, 0o600, 0o600])
  assert.deepEqual(
    here.lines,
    files.map((file) => ({ level: 'info', file })),
  )
})

test('a private file stays as it is, and nothing is said', () => {
  using here = place()
  const file = here.file('a.db', 0o600)
  const readOnly = here.file('b.db', 0o400)
  for (const path of [file, readOnly, here.at('none.db')]) tightenFile(path, here.log)
  assert.deepEqual([modeOf(file), modeOf(readOnly), here.lines], [0o600, 0o400, []])
})

test('what a link leads to is left alone', () => {
  using here = place()
  const file = here.file('elsewhere', 0o644)
  symlinkSync(file, here.at('a.db'))
  tightenFile(here.at('a.db'), here.log)
  assert.equal(modeOf(file), 0o644)
})

test(
  'a file of another user stays as it is, with a warning',
  { skip: process.getuid?.() !== 0 && 'only root can give a file away' },
  () => {
    using here = place()
    const file = here.file('a.db', 0o644)
    chownSync(file, 65_534, 65_534)
    createPrivateFile(file, here.log)
    assert.deepEqual([modeOf(file), here.lines], [0o644, [{ level: 'warn', file }]])
  },
)
