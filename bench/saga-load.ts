import { parseArgs } from 'node:util'
import { treeCpuMs } from './process-usage.ts'
import { percentile } from './spread.ts'

/** Figures of one engine with a number of sagas in flight. */
export interface SagaFigures {
  readonly inFlight: number
  readonly sagas: number
  readonly sagasPerSecond: number
  /** Of this process, which starts the sagas and runs their steps, and of the servers, with all their descendants. */
  readonly cpuMsPerSaga: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** An engine, ready to run sagas of four steps that each return a small value. */
export interface OpenEngine extends AsyncDisposable {
  /** Runs one saga; resolves once its end is as durable as the engine makes it. Rejects when it did not run all four steps. */
  run(id: string): Promise<void>
}

/** What a script that measures one engine is told. */
export interface SagaChildOptions {
  readonly inFlight: readonly number[]
  readonly seconds: number
  /** Processes whose CPU time counts besides our own. */
  readonly servers: readonly number[]
  /** Where the engine's server is; empty when it has none. */
  readonly url: string
}

/** How long sagas run before anything is measured, as a part of the measured time, so that code is compiled and all are in flight. */
const WARM_UP_SHARE = 0.5

/** Measures one engine as the command line says, and prints a JSON line of {@link SagaFigures} for each number in flight. */
export async function measureSagas(open: (options: SagaChildOptions) => Promise<OpenEngine>): Promise<void> {
  const options = sagaChildOptions()
  await using engine = await open(options)
  for (const inFlight of options.inFlight) console.log(JSON.stringify(await sagaLoad(engine, inFlight, options)))
}

/** Measures a floor, which runs those in flight side by side, group after group; prints what {@link measureSagas} prints. */
export async function measureGroups(runGroup: (inFlight: number, prefix: string) => Promise<void> | void): Promise<void> {
  const { seconds, servers, inFlight: all } = sagaChildOptions()
  for (const inFlight of all) {
    const window = new MeasuredWindow({ seconds, servers, inFlight })
    for (let group = 0; !window.isOver; group++) {
      const started = performance.now()
      await runGroup(inFlight, `${inFlight}-${group}`)
      for (let number = 0; number < inFlight; number++) window.ended(started)
    }
    console.log(JSON.stringify({ inFlight, ...window.figures() }))
  }
}

/** Reads the command line of a script that measures one engine. */
export function sagaChildOptions(): SagaChildOptions {
  const { values } = parseArgs({
    options: {
      'in-flight': { type: 'string', default: '1' },
      seconds: { type: 'string', default: '1' },
      servers: { type: 'string', default: '' },
      url: { type: 'string', default: '' },
    },
  })
  return {
    inFlight: values['in-flight'].split(',').map(Number),
    seconds: Number(values.seconds),
    servers: values.servers.split(',').filter(Boolean).map(Number),
    url: values.url,
  }
}

/** Keeps `inFlight` sagas running and counts those that end between two instants; what ends before and after does not count. */
async function sagaLoad(engine: OpenEngine, inFlight: number, { seconds, servers }: SagaChildOptions): Promise<SagaFigures> {
  const window = new MeasuredWindow({ seconds, servers, inFlight })
  let next = 0
  async function keepRunning(): Promise<void> {
    while (!window.isOver) {
      const started = performance.now()
      await engine.run(`saga-${inFlight}-${next++}`)
      window.ended(started)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, keepRunning))
  return { inFlight, ...window.figures() }
}

/** The time in which sagas count. It looks at the clock when a saga ends: an engine that never waits would starve timers. */
class MeasuredWindow {
  readonly #servers: readonly number[]
  /** An engine that ends its sagas in bursts is measured over two of them at least. */
  readonly #sagasMin: number
  readonly #latencies: number[] = []
  readonly #from: number
  readonly #to: number
  #openedAt: { readonly cpuMs: number; readonly ms: number } | undefined
  #took: { readonly cpuMs: number; readonly ms: number } | undefined

  constructor({ seconds, servers, inFlight }: Omit<SagaChildOptions, 'url' | 'inFlight'> & { readonly inFlight: number }) {
    this.#servers = servers
    this.#sagasMin = 2 * inFlight
    this.#from = performance.now() + seconds * WARM_UP_SHARE * 1_000
    this.#to = this.#from + seconds * 1_000
  }

  get isOver(): boolean {
    return this.#took !== undefined
  }

  /** A saga that began at `started` has ended. The first one that ends late enough opens the window and does not count itself. */
  ended(started: number): void {
    const now = performance.now()
    if (now < this.#from || this.#took) return
    if (!this.#openedAt) {
      this.#openedAt = { cpuMs: usedCpuMs(this.#servers), ms: now }
      return
    }
    this.#latencies.push(now - started)
    if (now >= this.#to && this.#latencies.length >= this.#sagasMin)
      this.#took = { cpuMs: usedCpuMs(this.#servers) - this.#openedAt.cpuMs, ms: now - this.#openedAt.ms }
  }

  figures(): Omit<SagaFigures, 'inFlight'> {
    const { cpuMs, ms } = this.#took ?? { cpuMs: 0, ms: 0 }
    const sorted = this.#latencies.toSorted((a, b) => a - b)
    const sagas = sorted.length
    return {
      sagas,
      sagasPerSecond: (sagas * 1_000) / ms,
      cpuMsPerSaga: cpuMs / sagas,
      p50Ms: percentile(sorted, 0.5),
      p99Ms: percentile(sorted, 0.99),
    }
  }
}

function usedCpuMs(servers: readonly number[]): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000 + (servers.length > 0 ? treeCpuMs(...servers) : 0)
}
