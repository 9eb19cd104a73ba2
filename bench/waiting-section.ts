import type { BenchOptions, Figure, Section } from './section.ts'
import { spread } from './spread.ts'
import { BURST, measureWaiting, type WaitingFigures } from './waiting.ts'

/** Whether what waits costs those that go on. */
export const waiting: Section = {
  name: 'waiting',
  measures:
    'Signals, many at once, and doing nothing in a process in whose store many sagas wait for a signal, as many sleep, and as many timers are set. The floor is the same where nothing waits.',
  durability: 'SQLite WAL, synchronous=FULL: every signal survives a power cut',
  run: measure,
}

/** How much more it may take where much waits. */
const TIMES_MAX = 1.5
const COUNT = 100_000
const COUNT_QUICK = 10_000
/** Long enough for what happens every quarter of a minute. */
const IDLE_MS = 20_000

async function measure({ repeat, quick, progress }: BenchOptions): Promise<Figure[]> {
  const count = quick ? COUNT_QUICK : COUNT
  const [none, many] = [[] as WaitingFigures[], [] as WaitingFigures[]]
  await measureWaiting(0, 0) // the first process compiles the code of all
  for (let round = 1; round <= repeat; round++) {
    progress(`waiting, round ${round} of ${repeat}: none, then ${count.toLocaleString('en')} of each …`)
    none.push(await measureWaiting(0, IDLE_MS))
    many.push(await measureWaiting(count, IDLE_MS))
  }
  const name = `${count.toLocaleString('en')} waiting sagas, sleeping sagas and timers each`
  const figure = (what: string, unit: string, value: (each: WaitingFigures) => number): Figure[] => {
    const [small, large] = [spread(none.map(value)), spread(many.map(value))]
    return [
      { name: `${name}: ${what}`, unit, ...large, floor: small.median },
      { name: `${name}: ${what}, against none`, unit: 'times', ...spread([large.median / small.median]), aim: { atMost: TIMES_MAX } },
    ]
  }
  return [
    ...figure('signal to next step', 'ms', ({ signalMs }) => signalMs),
    ...figure('CPU of a signal', 'CPU-ms', ({ signalCpuMs }) => signalCpuMs),
    ...figure(`${BURST} signals at once`, 'ms', ({ burstMs }) => burstMs),
    ...figure(`CPU of ${BURST} signals at once`, 'CPU-ms', ({ burstCpuMs }) => burstCpuMs),
    ...figure('idle process', '% of a core', ({ idleShare }) => 100 * idleShare),
  ]
}
