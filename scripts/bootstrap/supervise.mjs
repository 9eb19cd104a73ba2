// Runs one child on the repository's Node and stands in for it towards npm and the terminal.
// Invariants:
//   I1 the child hears each wish to stop once: a Ctrl-C reaches this process from the terminal and again from npm.
//   I2 the child does not outlive us: it holds an IPC channel (`BANYAN_PARENT_IPC=1`) and drains on `disconnect`.
//   I3 our exit code is the child's.
//   I4 a child that was asked to stop ends: one whose loop is held hears no signal, and is killed after `KILL_MS`.
import { spawn } from 'node:child_process'
import path from 'node:path'

const ECHO_MS = 500 // one Ctrl-C arrives two or three times within a few ms; a person's second one comes later
const PARENT_CHECK_MS = 1_000 // how long a port may stay taken after npm itself was killed

const KILL_MS = 30_000 // later than the child's own limit, so that it is the child who says what was left undone

const posix = process.platform !== 'win32'

/** Runs `node args` in `directory`; resolves to the exit code (128 + n when a signal ended the child). `killMs` is for tests. */
export function supervise({ node, args, root, directory = root, killMs = KILL_MS }) {
  const child = spawn(node, args, {
    cwd: directory,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: posix, // a process group of its own, so that the terminal's Ctrl-C reaches it only through us (I1)
    env: { ...nodeEnvironment(root), ...process.env, BANYAN_PARENT_IPC: '1' },
  })
  const { tell, stopForwarding } = forwardSignals(child, killMs)
  const stopWatching = watchNpm(() => tell('SIGTERM'))
  return new Promise((resolve) => {
    const finish = (exitCode) => {
      stopForwarding()
      stopWatching()
      resolve(exitCode)
    }
    child.on('error', (error) => {
      console.error(`Cannot start ${node}: ${error.message}`)
      finish(1)
    })
    child.on('exit', (code, signal) => finish(code ?? 128 + signalNumber(signal)))
  })
}

// glibc gives each thread a heap of its own and seldom gives any of it back: with one for all, the shop takes some 45 MB less under load,
// and no more CPU.
function nodeEnvironment(root) {
  return { NODE_COMPILE_CACHE: path.join(root, 'node_modules', '.cache', 'compile'), MALLOC_ARENA_MAX: '1' }
}

function forwardSignals(child, killMs) {
  let heardAt = -Infinity
  let killing
  const forward = (signal) => {
    const now = performance.now()
    if (now - heardAt < ECHO_MS) return
    heardAt = now
    killing ??= setTimeout(() => child.kill('SIGKILL'), killMs)
    if (!posix) return // the console has told the child already; kill() would end it without a drain
    child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal)
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, forward)
  return {
    tell: (signal) => heardAt === -Infinity && forward(signal),
    stopForwarding() {
      clearTimeout(killing)
      for (const signal of signals) process.off(signal, forward)
    },
  }
}

// npm killed with SIGKILL tells nobody. Its death shows as a new parent; without npm (nohup, a service manager) that means nothing.
function watchNpm(stop) {
  if (!process.env.npm_lifecycle_event || !posix) return () => {}
  const npm = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === npm) return
    clearInterval(timer)
    stop()
  }, PARENT_CHECK_MS)
  return () => clearInterval(timer)
}

const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 }

function signalNumber(signal) {
  return SIGNAL_NUMBERS[signal] ?? 0
}
