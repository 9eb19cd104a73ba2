import type { MemoryBudgets } from '../kernel/byte-budget.ts'
import type { Metrics } from '../telemetry/index.ts'

/** Declares what a process holds of what it reads to work on, by use, with the bounds. */
export function declareMemoryFigures(memory: MemoryBudgets, metrics: Metrics): void {
  const labels = ['use']
  const perUse = (value: (budget: MemoryBudgets[keyof MemoryBudgets]) => number) => () =>
    Object.entries(memory).map(([use, budget]) => ({ labels: [use], value: value(budget) }))
  metrics.gauge(
    { name: 'banyan_memory_held_bytes', help: 'Bytes that are held of what was read to work on.', labels },
    perUse((budget) => budget.used),
  )
  metrics.gauge(
    { name: 'banyan_memory_held_peak_bytes', help: 'Most bytes held at a time since the process began.', labels },
    perUse((budget) => budget.peak),
  )
  metrics.gauge(
    { name: 'banyan_memory_held_max_bytes', help: 'Bytes that may be held, but for what each holder is always granted.', labels },
    perUse((budget) => budget.bytesMax),
  )
}
