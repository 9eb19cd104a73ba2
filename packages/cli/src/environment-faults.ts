import { type Faults, noFaults } from 'banyan/kernel'

/**
 * Reads `BANYAN_FAULTS`, a list such as `saga.orders.place-order.after-action:3=kill`: at the third time that point is reached,
 * the process kills itself with SIGKILL. For tests of recovery; refused in production.
 */
export function environmentFaults(environment: Readonly<Record<string, string | undefined>>): Faults {
  const text = environment.BANYAN_FAULTS
  if (!text || environment.NODE_ENV === 'production') return noFaults
  const countdown = new Map<string, number>()
  for (const entry of text.split(',')) {
    const match = /^([\w.:-]+?)(?::(\d+))?=kill$/.exec(entry.trim())
    if (match) countdown.set(match[1] as string, Number(match[2] ?? 1))
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
