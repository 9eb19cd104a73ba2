import type { Engine } from './engine.ts'
import { installPeers, SAGA_PEERS } from './peers.ts'
import { runScript } from './run-script.ts'
import { BANYAN } from './saga-engines.ts'
import type { SagaFigures } from './saga-load.ts'
import type { Aim, BenchOptions, Figure, Section } from './section.ts'
import { type Spread, spread } from './spread.ts'

/** Durable sagas of four steps. */
export const sagas: Section = {
  name: 'sagas',
  measures:
    'Sagas of four steps that each return a small value, from the start to the end as the caller learns it; CPU of the process that runs them and of its servers. The floor is six bare commits of the rows that a journal needs, shared by those in flight.',
  durability: 'fully synced, except where it says otherwise',
  run: measureSagaEngines,
}

/** Aims for sagas on SQLite. */
const CPU_MS_MAX = 0.2
const SAGAS_PER_SECOND_MIN = { inFlight: 256, value: 5_000 }

async function measureSagaEngines(options: BenchOptions): Promise<Figure[]> {
  const { repeat, inFlight, progress, note } = options
  const engines = [...BANYAN.flatMap((ours) => [ours, ours.floor]), ...(options.peers ? await installPeers(SAGA_PEERS, options) : [])]
  const measured = new Map<Engine, SagaFigures[]>()
  for (let round = 1; round <= repeat; round++)
    for (const engine of engines) {
      progress(`sagas, round ${round} of ${repeat}: ${engine.subject}, ${inFlight.join(', ')} in flight …`)
      const figures = await measureEngine(engine, options).catch((error: unknown) => failure(engine, error))
      if (typeof figures === 'string') note(`${engine.subject} did not run: ${figures}`)
      else measured.set(engine, [...(measured.get(engine) ?? []), ...figures])
    }
  return inFlight.flatMap((count) => KINDS.flatMap((kind) => [...measured.keys()].map((engine) => figure(engine, kind, count, measured))))
}

/** Runs one engine in a process of its own, with its server; returns why not, in words, when it cannot be had. */
async function measureEngine(engine: Engine, { inFlight, seconds, note }: BenchOptions): Promise<SagaFigures[] | string> {
  const server = await engine.startServer?.()
  if (typeof server === 'string') return server
  try {
    note(`${engine.subject}${server ? ` (${server.version})` : ''}: ${engine.conditions}`)
    const args = ['--in-flight', inFlight.join(','), '--seconds', String(seconds)]
    if (server) args.push('--url', server.url, '--servers', String(server.pid))
    return lines(await runScript(engine.script, args))
  } finally {
    await server?.[Symbol.asyncDispose]()
  }
}

// Another engine that fails is missing in the figures; ours fails the section.
function failure(engine: Engine, error: unknown): string {
  if (BANYAN.some((ours) => ours === engine || ours.floor === engine)) throw error
  return error instanceof Error ? error.message : String(error)
}

// A peer may print lines of its own on standard output.
function lines(stdout: string): SagaFigures[] {
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{"inFlight"'))
    .map((line) => JSON.parse(line) as SagaFigures)
}

interface Kind {
  readonly name: string
  readonly unit: string
  readonly value: (figures: SagaFigures) => number
  readonly aim: (inFlight: number) => Aim | undefined
}

const KINDS: readonly Kind[] = [
  {
    name: 'throughput',
    unit: 'sagas/s',
    value: (figures) => figures.sagasPerSecond,
    aim: (inFlight) => (inFlight === SAGAS_PER_SECOND_MIN.inFlight ? { atLeast: SAGAS_PER_SECOND_MIN.value } : undefined),
  },
  { name: 'CPU with servers', unit: 'CPU-ms/saga', value: (figures) => figures.cpuMsPerSaga, aim: () => ({ atMost: CPU_MS_MAX }) },
  { name: 'p50', unit: 'ms', value: (figures) => figures.p50Ms, aim: () => undefined },
  { name: 'p99', unit: 'ms', value: (figures) => figures.p99Ms, aim: () => undefined },
]

function figure(engine: Engine, kind: Kind, inFlight: number, measured: ReadonlyMap<Engine, readonly SagaFigures[]>): Figure {
  const spreadOf = (one: Engine): Spread =>
    spread((measured.get(one) ?? []).filter((figures) => figures.inFlight === inFlight).map(kind.value))
  const floor = BANYAN.find((ours) => ours === engine)?.floor
  const aim = engine === BANYAN[0] ? kind.aim(inFlight) : undefined
  return {
    name: `sagas, ${inFlight} in flight: ${kind.name}`,
    subject: engine.subject,
    unit: kind.unit,
    ...spreadOf(engine),
    ...(floor && measured.has(floor) ? { floor: spreadOf(floor).median } : {}),
    ...(aim ? { aim } : {}),
  }
}
