// Runs the gate's child processes, each in a process group of its own with a deadline, and lets none survive the gate.
import { type ChildProcess, spawn } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'

const OUTPUT_CHARACTERS_MAX = 200_000 // the end of it tells what went wrong; the rest would only fill memory

/** How a child ended. `problem` says why its exit code means nothing, if so. */
export interface Ended {
  readonly exitCode: number | undefined
  readonly output: string
  readonly durationMs: number
  readonly problem?: string
}

const running = new Set<ChildProcess>()

/** Runs this Node on `args` to its end or to the deadline; resolves in both cases. */
export async function runNode(
  args: readonly string[],
  options: { readonly deadlineMs: number; readonly env?: NodeJS.ProcessEnv; readonly cwd?: string },
): Promise<Ended> {
  const started = performance.now()
  const child = spawn(process.execPath, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: childEnv(options.env),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  })
  running.add(child)
  let output = ''
  let expired = false
  const collect = (chunk: Buffer) => (output = (output + chunk.toString()).slice(-OUTPUT_CHARACTERS_MAX))
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  const timer = setTimeout(() => {
    expired = true
    killGroup(child)
  }, options.deadlineMs)
  const { code, signal } = await ending(child)
  clearTimeout(timer)
  running.delete(child)
  killGroup(child) // whatever it left behind
  const problem = expired
    ? `did not end within ${options.deadlineMs / 1000} s; something keeps it alive`
    : signal && `was ended by ${signal}`
  return {
    exitCode: code ?? undefined,
    output: stripVTControlCharacters(output),
    durationMs: performance.now() - started,
    ...(problem ? { problem } : {}),
  }
}

/** Ends every child that still runs. For the gate's own end. */
export function killAll(): void {
  for (const child of running) killGroup(child)
}

// `exit`, not `close`: a process that the child left behind may hold its output open for ever.
function ending(child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => setImmediate(() => resolve({ code, signal })))
  })
}

function childEnv(extra: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const { BANYAN_PARENT_IPC: _ipc, NODE_TEST_CONTEXT: _context, ...inherited } = process.env
  return { ...inherited, ...extra }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL')
  } catch {
    // It is gone already, which is what we want.
  }
}
