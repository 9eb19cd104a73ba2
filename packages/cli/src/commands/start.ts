import path from 'node:path'
import { type RunningPlatform, startPlatform } from 'banyan/host'
import { type BanyanError, createIds, createRuntime, type Runtime, systemClock, systemCollectorPauses, systemRandom } from 'banyan/kernel'
import { type LimitedLog, oneLine } from 'banyan/telemetry'
import type { Command, CommandCall } from '../command.ts'
import { EXIT } from '../exit-code.ts'
import { checkFileLimit } from '../file-limit.ts'
import { loadPlatformFor } from '../load-platform.ts'
import { openStores } from '../open-stores.ts'
import { localUrl, removeOperatorFile, writeOperatorFile } from '../operator-file.ts'
import { environmentClock } from '../environment-clock.ts'
import { environmentFaults } from '../environment-faults.ts'
import { processLog } from '../process-log.ts'
import { readSettings, type Settings } from '../settings.ts'
import { lossText, startBanner } from '../start-banner.ts'
import { guardStop } from '../stop-guard.ts'
import { stopRequested } from '../stop-requested.ts'

/** Exit at the latest this long after a stop was asked for: before Kubernetes' default grace of 30 s ends. */
const STOP_MS_MAX = 28_000
/** A process whose loop is held cannot even exit by itself; it is killed this much later. */
const HELD_MS_MAX = 1_000

/** Whatever this process writes is for its owner only, also what a service or a library writes that does not think of it. */
const PRIVATE_UMASK = 0o077

/** `banyan start`: runs all services of the platform in this process until it is asked to stop. */
export const start: Command = {
  name: 'start',
  summary: 'run the platform in this process',
  about: `Runs every service of platform.ts in this folder, and the gateway, in one process. Ctrl-C drains and exits 0.

Environment:
  PORT               port of the gateway (default 8080; 0 picks a free one)
  HOST               address to listen on (default 127.0.0.1)
  BANYAN_DATA        directory of the data (default ./data)
  BANYAN_STORE       sqlite (default) or postgres
  BANYAN_STORE_<SERVICE>     the same for one service, e.g. BANYAN_STORE_INVENTORY; also memory, with BANYAN_ALLOW_LOSS=on
  POSTGRES_URL       database, when BANYAN_STORE is postgres
  BANYAN_POSTGRES_POOL_MAX   most connections of one service (default 8); all share what the server gives
  BANYAN_POSTGRES_WRITERS    groups of transactions of one service side by side (default 1)
  BANYAN_LEASE_MS    on PostgreSQL: how long a crashed process keeps what it ran (default 15000)
  BANYAN_LOG         debug, info, warn (default) or error
  BANYAN_LOG_FORMAT  human (default in a terminal) or json (default elsewhere)

A variable that begins with BANYAN_ and that neither the toolkit nor this platform knows is refused: it is misspelt.`,
  actions: { '': { arguments: [], options: {}, summary: '', run } },
}

async function run(call: CommandCall): Promise<number> {
  const log = processLog(call.environment)
  try {
    return await serve(call, log)
  } finally {
    log.flush()
  }
}

async function serve(call: CommandCall, log: LimitedLog): Promise<number> {
  const startedAt = performance.now()
  process.umask(PRIVATE_UMASK)
  const settings = readSettings(call.environment, call.directory)
  const runtime = processRuntime(call, settings, log)
  const fatal = Promise.withResolvers<BanyanError>()
  const stop = stopRequested(call.environment)
  const loading = loadPlatformFor(call)
  const [platform, stores] = await Promise.all([loading, openStores(settings, { platform: loading, onFatal: fatal.resolve })])
  checkFileLimit(platform.services.length, { ...settings, poolMax: settings.poolMax ?? platform.storeSizes.poolMax }, runtime.log)
  const operatorKey = createIds(systemClock(), systemRandom()).hex(32)
  const running = await startPlatform(platform, {
    runtime,
    stores,
    directory: path.join(settings.directory, 'files'),
    environment: call.environment,
    listen: { port: settings.port, hostname: settings.hostname },
    operatorKey,
  })
  const url = running.port === undefined ? undefined : localUrl(running.address ?? settings.hostname, running.port)
  writeOperatorFile(settings.directory, { url: url ?? null, key: operatorKey, pid: process.pid })
  call.print(
    startBanner({
      url,
      settings,
      services: running.services,
      startMs: performance.now() - startedAt,
      health: running.health(),
      json: call.json,
    }),
  )
  const reason = await Promise.race([stop, fatal.promise])
  if (typeof reason === 'string') return drain(running, settings, call)
  call.printError(oneLine(`banyan start: ${reason.message}`))
  await drain(running, settings, call).catch(() => {}) // what cannot be written any more cannot be finished; the reason was told
  return reason.code === 'data_damaged' ? EXIT.data : EXIT.io
}

async function drain(running: RunningPlatform, settings: Settings, call: CommandCall): Promise<number> {
  if (!call.json) call.print('Stopping: finishing what is under way …')
  const overdue = setTimeout(() => process.exit(EXIT.failed), STOP_MS_MAX)
  overdue.unref()
  guardStop(STOP_MS_MAX + HELD_MS_MAX)
  await running.stop()
  removeOperatorFile(settings.directory)
  if (!call.json) call.print(`Stopped. ${lossSaid(settings, running)}; start again any time.`)
  return EXIT.ok
}

function lossSaid(settings: Settings, { services }: RunningPlatform): string {
  const text = lossText(
    settings,
    services.map(({ name }) => name),
  )
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}

function processRuntime({ environment }: CommandCall, { leaseMs }: Settings, log: LimitedLog): Runtime {
  return createRuntime({
    clock: environmentClock(environment),
    log,
    faults: environmentFaults(environment),
    collector: systemCollectorPauses(),
    ...(leaseMs === undefined ? {} : { leaseMs }),
  })
}
