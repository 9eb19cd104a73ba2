import { spawn } from 'node:child_process'
import path from 'node:path'
import { ROOT } from './shop-process.ts'

/** How a command ended and what it wrote. */
export interface CommandResult {
  /** Exit code, or the name of the signal that ended it. */
  readonly code: number | string
  readonly output: string
  readonly errors: string
}

/** How to run the command. */
export interface CommandOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Where it is called; default the root of the repository. */
  readonly directory?: string
}

const COMMAND = path.join(ROOT, 'packages/cli/src/main.ts')

/** Runs `banyan <args>` to its end. */
export function runBanyan(args: readonly string[], { environment = {}, directory = ROOT }: CommandOptions = {}): Promise<CommandResult> {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    cwd: directory,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code: code ?? signal ?? 'unknown', output, errors }))
  })
}
