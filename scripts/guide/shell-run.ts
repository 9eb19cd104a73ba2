import { type ChildProcess, spawn } from 'node:child_process'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { freePort } from '../../tests/support/free-port.ts'
import type { GuidePage, ShellSnippet } from './guide-page.ts'

/** Ports that pages show; free ones stand in their places while they are checked. */
const SHOWN_PORTS = ['8081', '8082']
/** A start of a platform, its installation apart, takes a second or two; this is for a busy machine. */
const SNIPPET_MS_MAX = 60_000
const POLL_MS = 50

/** What a shell came to. */
interface Running {
  readonly child: ChildProcess
  /** What it has printed so far, errors included. */
  output(): string
  readonly ended: Promise<number | null>
}

/**
 * Runs the shell lines of a page in `folder`, in order, each block in a shell of its own. Throws for the first that fails, prints something else
 * than the page says, or does not end. What stays up is waited for until it listens, and is asked to end after the last block.
 */
export async function runShells({ path: page, shells }: GuidePage, folder: string): Promise<void> {
  const ports = new Map(await Promise.all(SHOWN_PORTS.map(async (shown) => [shown, await freePort()] as const)))
  const up: Running[] = []
  try {
    for (const snippet of shells) {
      const where = `${page}:${snippet.pageLine}`
      const running = started(snippet, folder, ports)
      if (snippet.staysUp) up.push(running)
      await (snippet.staysUp ? untilListening(running, ownPort(snippet, ports, where), where) : untilEnded(running, where))
      assertPrints(snippet, running.output(), where)
    }
    for (const running of up.toReversed()) {
      signalGroup(running.child, 'SIGTERM')
      await inTime(running.ended, `${page}: what stays up was asked to end and did not`, running)
    }
  } finally {
    for (const { child } of up) signalGroup(child, 'SIGKILL')
  }
}

function started({ script }: ShellSnippet, folder: string, ports: ReadonlyMap<string, number>): Running {
  const text = [...ports].reduce((before, [shown, port]) => before.replaceAll(shown, String(port)), script)
  const { BANYAN_PARENT_IPC: _ipc, NODE_TEST_CONTEXT: _context, ...inherited } = process.env
  const child = spawn('sh', ['-e', '-c', text], {
    cwd: folder,
    detached: true, // a group of its own, of which nothing is left
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...inherited, PATH: `${path.join(folder, '../node_modules/.bin')}${path.delimiter}${process.env.PATH}` },
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = new Promise<number | null>((resolve, reject) => {
    // `close`: nothing that it started holds its output any more
    child.once('error', reject)
    child.once('close', resolve)
  })
  return { child, output: () => output, ended }
}

/** Port on which what stays up is to listen: the one that its lines show. */
function ownPort({ script }: ShellSnippet, ports: ReadonlyMap<string, number>, where: string): number {
  for (const [shown, port] of ports) if (script.includes(shown)) return port
  throw new Error(`${where} stays up and shows none of the ports ${SHOWN_PORTS.join(', ')}`)
}

async function untilEnded(running: Running, where: string): Promise<void> {
  const exitCode = await inTime(running.ended, `${where} does not end`, running)
  if (exitCode !== 0) throw new Error(`${where} ended with exit code ${exitCode}:\n${running.output()}`)
}

/** Asks until something answers at the port; throws when what should answer has ended. */
async function untilListening(running: Running, port: number, where: string): Promise<void> {
  let isOver = false
  const over = running.ended.then(() => (isOver = true))
  const answering = async (): Promise<void> => {
    while (!isOver && !(await answers(port))) await Promise.race([over, setTimeout(POLL_MS)])
  }
  await inTime(answering(), `${where} does not listen on the port that it shows`, running)
  if (isOver) throw new Error(`${where} should stay up and has ended:\n${running.output()}`)
}

async function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/health/live`).then(
    ({ ok }) => ok,
    () => false,
  )
}

async function inTime<T>(work: Promise<T>, trouble: string, running: Running): Promise<T> {
  const timer = new AbortController()
  const late = setTimeout(SNIPPET_MS_MAX, undefined, { signal: timer.signal }).then(() => {
    signalGroup(running.child, 'SIGKILL')
    throw new Error(`${trouble} within ${SNIPPET_MS_MAX / 1_000} s:\n${running.output()}`)
  })
  late.catch(() => {})
  try {
    return await Promise.race([work, late])
  } finally {
    timer.abort()
  }
}

function assertPrints({ prints }: ShellSnippet, output: string, where: string): void {
  let from = 0
  for (const text of prints) {
    const at = output.indexOf(text, from)
    if (at < 0)
      throw new Error(`${where} says that it prints "${text}"${from > 0 ? ' behind what stands above' : ''}, and it prints:\n${output}`)
    from = at + text.length
  }
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // It has ended, which is what was wanted.
  }
}
