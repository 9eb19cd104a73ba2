import { readdirSync, readFileSync } from 'node:fs'

/** Milliseconds of a clock tick in /proc: 1/100 s on every Linux of today. */
const TICK_MS = 10

interface Entry {
  readonly parent: number
  readonly cpuMs: number
}

/**
 * Returns the CPU time that processes and all their descendants have used so far, in milliseconds (Linux): of those that run, and of those
 * that ended and whose parent took note. Take the difference of two readings; one reading counts in steps of 10 ms a process.
 */
export function treeCpuMs(...roots: readonly number[]): number {
  return [...readTree(roots).values()].reduce((sum, entry) => sum + entry.cpuMs, 0)
}

function readTree(roots: readonly number[]): Map<number, Entry> {
  const all = new Map<number, Entry>()
  for (const name of readdirSync('/proc')) {
    const entry = /^\d+$/.test(name) ? readEntry(name) : undefined
    if (entry) all.set(Number(name), entry)
  }
  const tree = new Map<number, Entry>()
  const add = (pid: number): void => {
    const entry = all.get(pid)
    if (!entry || tree.has(pid)) return
    tree.set(pid, entry)
    for (const [child, { parent }] of all) if (parent === pid) add(child)
  }
  for (const root of roots) add(root)
  return tree
}

// The fields behind the name, which may contain anything: state, parent, …, user, system, user and system of children that ended.
function readEntry(pid: string): Entry | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
      .map(Number)
    const [user = 0, system = 0, childrenUser = 0, childrenSystem = 0] = fields.slice(11, 15)
    return { parent: fields[1] ?? 0, cpuMs: (user + system + childrenUser + childrenSystem) * TICK_MS }
  } catch {
    return undefined // it ended meanwhile
  }
}
