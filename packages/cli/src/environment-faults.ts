import { writeFileSync } from 'node:fs'
import { BanyanError, type Faults, noFaults } from 'banyan/kernel'

/**
 * Reads `BANYAN_FAULTS`, a list such as `saga.orders.place-order.after-action:3=kill`: at the third time that point is reached,
 * the process kills itself with SIGKILL. With `BANYAN_FAULTS_COUNT` it writes to that file, when it stops, how often each point was
 * reached. For tests of recovery; ignored in production.
 * Throws `failed_precondition` for a list that it cannot read.
 */
export function environmentFaults(environment: Readonly<Record<string, string | undefined>>): Faults {
  if (environment.NODE_ENV === 'production') return noFaults
  if (environment.BANYAN_FAULTS_COUNT) return countingFaults(environment.BANYAN_FAULTS_COUNT)
  return environment.BANYAN_FAULTS ? killingFaults(environment.BANYAN_FAULTS) : noFaults
}

function killingFaults(text: string): Faults {
  const countdown = new Map<string, number>()
  for (const entry of text.split(',')) {
    const match = /^([\w.:-]+?)(?::(\d+))?=kill$/.exec(entry.trim())
    if (!match)
      throw new BanyanError('failed_precondition', `BANYAN_FAULTS has "${entry}"; it must look like store.orders.before-commit:3=kill`)
    countdown.set(match[1] as string, Number(match[2] ?? 1))
  }
  return {
    at(name) {
      const left = countdown.get(name)
      if (left === undefined) return
      if (left <= 1) process.kill(process.pid, 'SIGKILL')
      countdown.set(name, left - 1)
    },
  }
}

function countingFaults(file: string): Faults {
  const counts = new Map<string, number>()
  process.on('exit', () => writeFileSync(file, JSON.stringify(Object.fromEntries(counts))))
  return { at: (name) => void counts.set(name, (counts.get(name) ?? 0) + 1) }
}
