import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'

/** How to start the shop as a process of its own. */
export interface ShopProcessOptions {
  /** Directory of its data. */
  readonly directory: string
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Arguments for Node itself, e.g. `--cpu-prof`. */
  readonly nodeArguments?: readonly string[]
}

/** The shop as an operating system's process, serving or not. */
interface ShopChild {
  readonly pid: number
  /** Resolves with the exit code, or the signal's name. */
  readonly ended: Promise<number | string>
  /** What it wrote to standard error. */
  errors(): string
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
}

/** A shop that was started and need not serve yet. */
export interface LaunchedShop extends ShopChild {
  /** Resolves when it serves. Rejects with what it wrote when it ends before. */
  readonly ready: Promise<ShopProcess>
}

/** The shop, running as users run it: `banyan start`. */
export interface ShopProcess extends ShopChild {
  readonly url: string
  /** Milliseconds from the process's start to its banner. */
  readonly startMs: number
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | string>
  /** SIGSTOP: the process stands still, its connections and locks stay. */
  pause(): void
  /** SIGCONT. */
  resume(): void
}

/** The root of the repository, where `platform.ts` is. */
export const ROOT = path.resolve(import.meta.dirname, '../..')
const COMMAND = path.join(ROOT, 'packages/cli/src/banyan.mjs')
/** Longest wait for the banner, also on a machine under load. */
const START_MS_MAX = 60_000

/** Starts the shop on a free port; resolves when it serves. Rejects with what it wrote when it ends before. */
export function startShop(options: ShopProcessOptions): Promise<ShopProcess> {
  return launchShop(options).ready
}

/** Starts the shop on a free port, to be killed at any time. It stops by itself when this process dies. */
export function launchShop({ directory, environment = {}, nodeArguments = [] }: ShopProcessOptions): LaunchedShop {
  const started = performance.now()
  const child = spawn(process.execPath, [...nodeArguments, COMMAND, 'start', '--json'], {
    cwd: ROOT,
    env: { ...process.env, PORT: '0', BANYAN_DATA: directory, ...environment, BANYAN_PARENT_IPC: '1' },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let errors = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    errors = `${errors}${chunk.toString()}`.slice(-20_000)
  })
  const ended = new Promise<number | string>((resolve) => {
    child.on('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'))
  })
  const launched: ShopChild = {
    pid: child.pid as number,
    ended,
    errors: () => errors,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
  const ready = firstLine(child, () => errors).then((banner): ShopProcess => ({
    ...launched,
    url: (JSON.parse(banner) as { url: string }).url,
    startMs: performance.now() - started,
    stop() {
      child.kill('SIGTERM')
      return ended
    },
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
  }))
  ready.catch(() => {}) // whoever kills it before it serves need not wait for that
  return { ...launched, ready }
}

function firstLine(child: ChildProcess, errors: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const late = setTimeout(() => reject(new Error(`the shop did not start within ${START_MS_MAX} ms: ${errors()}`)), START_MS_MAX)
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      const end = text.indexOf('\n')
      if (end < 0) return
      clearTimeout(late)
      resolve(text.slice(0, end))
    })
    child.on('exit', (code, signal) => {
      clearTimeout(late)
      reject(new Error(`the shop ended with ${code ?? signal} before it served: ${errors()}`))
    })
  })
}

/** Resident memory of a process in bytes (Linux). */
export function residentBytes(pid: number): number {
  const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(match?.[1] ?? 0) * 1_024
}
