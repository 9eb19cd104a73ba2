import { execFileSync } from 'node:child_process'
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import path from 'node:path'
import { temporaryDirectory } from '@banyan/testing'
import { percentile } from './spread.ts'

/** What figures must be read beside. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly load: number
  readonly node: string
  readonly commit: string
  readonly fdatasyncMs: { readonly p50: number; readonly p99: number }
}

const SYNCS = 300

/** Describes this machine, with the time its disk takes to make 4 KiB durable. */
export function describeMachine(): Machine {
  const [first] = cpus()
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    load: loadavg()[0] ?? 0,
    node: process.version,
    commit: gitCommit(),
    fdatasyncMs: measureSync(),
  }
}

function measureSync(): Machine['fdatasyncMs'] {
  using directory = temporaryDirectory()
  const file = openSync(path.join(directory.path, 'sync'), 'w')
  const block = Buffer.alloc(4_096, 1)
  const times: number[] = []
  for (let number = 0; number < SYNCS; number++) {
    writeSync(file, block, 0, block.length, (number % 50) * block.length)
    const started = performance.now()
    fdatasyncSync(file)
    times.push(performance.now() - started)
  }
  closeSync(file)
  times.sort((a, b) => a - b)
  return { p50: percentile(times, 0.5), p99: percentile(times, 0.99) }
}

/** What can change a figure. */
const SOURCES = ['packages', 'services', 'apps', 'bench', 'platform.ts', 'package-lock.json']

function gitCommit(): string {
  const git = (...args: readonly string[]): string => execFileSync('git', args, { encoding: 'utf8', cwd: import.meta.dirname }).trim()
  try {
    const changes = git('status', '--porcelain', '--', ...SOURCES.map((source) => `:/${source}`))
    return `${git('rev-parse', '--short', 'HEAD')}${changes ? ' with changes' : ''}`
  } catch {
    return 'unknown'
  }
}
