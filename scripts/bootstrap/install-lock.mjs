// One installation at a time, and none taken for finished that was killed half way.
// The lock is a file in node_modules with the process id of the one who installs; a lock whose process is gone marks a ruin.
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 300
const WAIT_MS_MAX = 600_000 // a slow network needs minutes; after that the process id belongs to somebody else

/** Whether an installation runs, or was killed. */
export function isLocked(root) {
  return fs.existsSync(lockFile(root))
}

/** Waits for another terminal's installation, clears away the ruin of a killed one, and locks. */
export async function lock(root) {
  const modules = path.join(root, 'node_modules')
  const until = Date.now() + WAIT_MS_MAX
  if (holderLives(root)) console.error('Another terminal is installing; waiting for it.')
  while (holderLives(root) && Date.now() < until) await sleep(POLL_MS)
  // npm believes what it finds, so files that a killed npm wrote half would stay for ever.
  const ruin = isLocked(root) || !fs.existsSync(path.join(modules, '.package-lock.json'))
  if (ruin) fs.rmSync(modules, { recursive: true, force: true })
  fs.mkdirSync(modules, { recursive: true })
  fs.writeFileSync(lockFile(root), String(process.pid))
}

/** Says that node_modules is whole again. */
export function unlock(root) {
  fs.rmSync(lockFile(root), { force: true })
}

function holderLives(root) {
  try {
    process.kill(Number(fs.readFileSync(lockFile(root), 'utf8')), 0)
    return true
  } catch (error) {
    return error.code === 'EPERM' // it lives, under another user
  }
}

const lockFile = (root) => path.join(root, 'node_modules', '.installing')
