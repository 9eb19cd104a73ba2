import path from 'node:path'
import { type Gateway, platform, type RunningPlatform, startPlatform, type StartOptions } from 'banyan/host'
import { createRuntime, type RuntimeOptions, systemClock } from 'banyan/kernel'
import type { Contract, Service } from 'banyan'
import type { StoreFactory } from 'banyan/store'
import { sqliteStores } from 'banyan/store/sqlite'
import { explainingClient } from './explaining-client.ts'
import { temporaryDirectory } from './temporary-directory.ts'
import { handedOnLog, keptLog, type LogTaker, type TestLog } from './test-log.ts'

/** How a test's platform differs from the default: all in this process, on SQLite files that vanish with it. */
export interface TestPlatformOptions {
  readonly services: readonly Service[]
  /** Services of the platform that are only known by their contracts. */
  readonly contracts?: readonly Contract[]
  /** Names of the services that run; the others are part of the platform and cannot be reached. Default: all. */
  readonly hosts?: readonly string[]
  readonly gateway?: Gateway
  /** Replace the clock, the randomness or the fault points. */
  readonly runtime?: RuntimeOptions
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** Keeps its data here instead, e.g. to start a second platform on the data of the first. */
  readonly directory?: string
  /**
   * Takes the platform's log as it comes, e.g. `console`, or `silentLogger` to drop it. Default: it is kept, and written to standard error
   * when the test fails.
   */
  readonly log?: LogTaker
  /** Puts something on the way of calls between services, e.g. `callsOverMemory()`. Default: nothing. */
  readonly network?: StartOptions['network']
  /** Another adapter than SQLite. */
  readonly stores?: StoreFactory
}

/** A running platform that stops, and removes its data, at the end of its scope. */
export interface TestPlatform extends RunningPlatform, AsyncDisposable {
  readonly directory: string
}

/**
 * Starts services for a test. What they log is shown when it fails; a call of its clients that fails inside of a handler says why.
 * @example await using shop = await testPlatform({ services: [cartService] }); await shop.client(carts).add({ sku: 'a' })
 */
export async function testPlatform(options: TestPlatformOptions): Promise<TestPlatform> {
  const place = options.directory === undefined ? temporaryDirectory() : { path: options.directory, [Symbol.dispose]: () => {} }
  const directory = place.path
  const log = logOf(options)
  const { services, contracts, hosts, gateway } = options
  const running = await startPlatform(platform({ services, ...(contracts ? { contracts } : {}), ...(gateway ? { gateway } : {}) }), {
    ...(hosts ? { hosts } : {}),
    runtime: createRuntime({ log: log.logger, ...options.runtime }),
    stores: options.stores ?? sqliteStores({ directory }),
    directory: path.join(directory, 'files'),
    environment: options.environment ?? {},
    ...(options.network ? { network: options.network } : {}),
    ...(gateway ? { listen: { port: 0, hostname: '127.0.0.1' } } : {}),
  })
  return {
    ...running,
    client: (contract) => explainingClient(contract, running.client(contract), log),
    directory,
    async [Symbol.asyncDispose]() {
      await running.stop()
      place[Symbol.dispose]()
    },
  }
}

function logOf({ log, runtime, services }: TestPlatformOptions): TestLog {
  if (log !== undefined) return handedOnLog(log)
  return keptLog(`testPlatform with ${services.map(({ name }) => name).join(', ')}`, runtime?.clock ?? systemClock())
}
