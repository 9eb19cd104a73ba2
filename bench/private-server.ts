import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

/** A server of another project that runs for one measurement, on loopback. It is stopped at the end of its scope. */
export interface PrivateServer extends AsyncDisposable {
  readonly pid: number
  /** Where clients reach it. */
  readonly url: string
  /** Its name and version, e.g. `PostgreSQL 15.14`. */
  readonly version: string
}

/** A process to start, and how to know that it serves. */
export interface ServerCommand {
  readonly command: string
  readonly args: readonly string[]
  /** What it prints once it serves, on either stream. */
  readonly ready: RegExp
  readonly environment?: Readonly<Record<string, string>>
  /** User to run as; PostgreSQL refuses root. */
  readonly user?: { readonly uid: number; readonly gid: number }
  readonly stopSignal: NodeJS.Signals
  /** Directory of its data, which vanishes when it has stopped, also when we are interrupted. */
  readonly directory: Disposable
}

/** Longest wait for a server on a machine under load. */
const START_MS_MAX = 60_000
/** Longest wait for its end, before it is killed. */
const STOP_MS_MAX = 15_000
const OUTPUT_CHARACTERS_MAX = 20_000

/** Starts a server's process; resolves once it serves. Rejects with its last output when it ends before, or takes longer than a minute. */
export async function startProcess(server: ServerCommand): Promise<{ readonly pid: number; stop(): Promise<void> }> {
  const { command, args, ready, environment, user, stopSignal, directory } = server
  const child = spawn(command, args, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'], ...user })
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()).on('error', () => resolve()))
  const killIt = (): void => void child.kill('SIGKILL')
  const endWithUs = (): void => {
    killIt()
    directory[Symbol.dispose]()
  }
  process.once('exit', endWithUs)
  try {
    await serves(child, ready)
  } catch (error) {
    process.off('exit', endWithUs)
    endWithUs()
    throw new Error(`${command} ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
  return {
    pid: child.pid ?? 0,
    async stop() {
      const late = setTimeout(killIt, STOP_MS_MAX)
      child.kill(stopSignal)
      await ended
      clearTimeout(late)
      process.off('exit', endWithUs)
      directory[Symbol.dispose]()
    },
  }
}

function serves(child: ChildProcessByStdio<null, Readable, Readable>, ready: RegExp): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    let output = ''
    const late = setTimeout(() => fail(`did not serve within ${START_MS_MAX} ms`), START_MS_MAX)
    const fail = (why: string): void => {
      clearTimeout(late)
      reject(new Error(`${why}: ${output}`))
    }
    const read = (chunk: Buffer): void => {
      output = (output + chunk.toString()).slice(-OUTPUT_CHARACTERS_MAX)
      if (!ready.test(output)) return
      clearTimeout(late)
      resolve()
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.on('error', (error) => fail(error.message))
    child.on('close', () => fail('ended before it served'))
  })
}
