import path from 'node:path'
import { eventually, temporaryDirectory } from '@banyan/testing'
import { command, contract, define, service, Type } from 'banyan'
import { platform, startPlatform } from 'banyan/host'
import { createRuntime, silentLogger } from 'banyan/kernel'
import { sqliteStores } from 'banyan/store/sqlite'
import { seedWaiting } from './saga-seed.ts'
import { percentile } from './spread.ts'

/** What signals and doing nothing cost a process in which some sagas wait. */
export interface WaitingFigures {
  /** Milliseconds from a signal to the next step of a saga that waits for it, the quick ones. */
  readonly signalMs: number
  /** CPU that the process took for each of them, with the next step and the end of the saga, in milliseconds. */
  readonly signalCpuMs: number
  /** Milliseconds until all of {@link BURST} signals at once have had their effect. */
  readonly burstMs: number
  /** CPU that the process took for all of them, in milliseconds. */
  readonly burstCpuMs: number
  /** Share of a core that the process takes while nothing happens. */
  readonly idleShare: number
}

/** Signals behind the figure, sent one after the other. */
const SIGNALS = 500
/** Sent before them, so that code is compiled. */
const WARM_UP_SIGNALS = 500
/** Signals sent at once. */
export const BURST = 200
/** The tenth part that is answered first tells what a signal costs, also on a machine that does something else meanwhile. */
const QUICK = 0.1

const waiters = contract('waiters', {
  operations: {
    begin: command('POST /begin', { input: Type.Object({ id: Type.String() }), output: Type.Null(), access: 'internal' }),
    go: command('POST /go', { input: Type.Object({ id: Type.String() }), output: Type.Null(), access: 'internal' }),
  },
})
const { operation, saga, definition } = define(waiters, {})

/** Told when a saga has gone on. */
const wentOn = new Map<string, () => void>()

const wait = saga('wait', async (s, { id }: { readonly id: string }) => {
  await s.signal('go')
  await s.step('went-on', { action: async () => wentOn.get(id)?.() })
})

const waitersService = service(definition, {
  sagas: [wait],
  operations: [
    operation('begin', ({ id }, { transaction }) =>
      transaction(async (tx) => {
        await tx.start(wait, { id, input: { id } })
        return null
      }),
    ),
    operation('go', ({ id }, { transaction }) =>
      transaction(async (tx) => {
        await tx.signal(id, 'go')
        return null
      }),
    ),
  ],
})

/** Measures a process in whose store `count` sagas wait for a signal, as many sleep, and as many timers are set. */
export async function measureWaiting(count: number, idleMs: number): Promise<WaitingFigures> {
  using directory = temporaryDirectory()
  {
    await using first = await start(directory.path)
    await first.begin(['template'])
  }
  seedWaiting(directory.path, { service: 'waiters', sagaId: 'template' }, count)
  await using measured = await start(directory.path)
  await sendEach(measured, 'first', WARM_UP_SIGNALS)
  const single = await withCpu(() => sendEach(measured, 'one', SIGNALS))
  const burst = numbered('burst', BURST)
  await measured.begin(burst)
  const began = performance.now()
  const together = await withCpu(() => Promise.all(burst.map(measured.signal)))
  const burstMs = performance.now() - began
  const idle = await withCpu(() => pause(idleMs))
  return {
    signalMs: percentile(
      single.value.toSorted((a, b) => a - b),
      QUICK,
    ),
    signalCpuMs: single.cpuMs / SIGNALS,
    burstMs,
    burstCpuMs: together.cpuMs,
    idleShare: idle.cpuMs / idle.value,
  }
}

async function start(directory: string) {
  const running = await startPlatform(platform({ services: [waitersService] }), {
    runtime: createRuntime({ log: silentLogger }),
    stores: sqliteStores({ directory }),
    directory: path.join(directory, 'files'),
    environment: {},
  })
  const client = running.client(waiters)
  const opened = running.services[0]?.store
  if (!opened) throw new Error('the platform has no service')
  return {
    /** Starts sagas, and waits until they wait in the table. */
    async begin(ids: readonly string[]): Promise<void> {
      await Promise.all(ids.map((id) => client.begin({ id })))
      await eventually(async () => {
        const found = await opened.read((tx) => Promise.all(ids.map((id) => tx.sagas.find(id))))
        if (!found.every((each) => each?.owner === null && each.status === 'waiting')) throw new Error('not all of them wait yet')
      })
    },
    /** Returns how many milliseconds a signal took to have its effect. */
    async signal(id: string): Promise<number> {
      const { promise, resolve } = Promise.withResolvers<void>()
      wentOn.set(id, resolve)
      const began = performance.now()
      await client.go({ id })
      await promise
      wentOn.delete(id)
      return performance.now() - began
    },
    [Symbol.asyncDispose]: () => running.stop(),
  }
}

type Waiters = Awaited<ReturnType<typeof start>>

/** Returns how long each signal took, one sent after the other. */
async function sendEach(waiters: Waiters, prefix: string, count: number): Promise<number[]> {
  const ids = numbered(prefix, count)
  await waiters.begin(ids)
  const times: number[] = []
  for (const id of ids) times.push(await waiters.signal(id))
  return times
}

function numbered(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`)
}

async function withCpu<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly cpuMs: number }> {
  const before = process.cpuUsage()
  const value = await work()
  const { user, system } = process.cpuUsage(before)
  return { value, cpuMs: (user + system) / 1_000 }
}

/** Returns how many milliseconds it took. */
async function pause(ms: number): Promise<number> {
  const began = performance.now()
  await new Promise((resolve) => setTimeout(resolve, ms))
  return performance.now() - began
}
