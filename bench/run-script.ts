import { spawn } from 'node:child_process'

/** Longest time one script may take: one that hangs must not hang the benchmark. */
const SCRIPT_MS_MAX = 300_000
const ERROR_CHARACTERS_MAX = 2_000

/**
 * Runs a script on this Node in a process of its own and returns what it printed. It ends with us. Rejects with the last of what it
 * complained about when it fails, or takes longer than five minutes.
 */
export function runScript(script: string, args: readonly string[] = []): Promise<string> {
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'], timeout: SCRIPT_MS_MAX })
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  let output = ''
  let errors = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (errors = `${errors}${chunk.toString()}`.slice(-ERROR_CHARACTERS_MAX)))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      process.off('exit', kill)
      if (code === 0) resolve(output)
      else reject(new Error(`${script} ended with ${code ?? signal}: ${errors.trim()}`))
    })
  })
}
