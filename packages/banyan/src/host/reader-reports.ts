import type { CancelTimer } from '../kernel/clock.ts'
import type { Runtime } from '../kernel/runtime.ts'
import type { HostedService } from '../service/hosted/hosted-service.ts'
import type { Feed } from '../store/records/feed.ts'
import type { ReaderPosition } from '../store/records/reader-records.ts'
import { durablePositions } from './log-readers.ts'
import type { Placement } from './placement.ts'

/** The log of a service in another process. */
export interface RemoteLog {
  readonly feed: Feed
  /** Tells the log what all consumers of a service have durably consumed of it; see `ReaderRecords.acknowledge`. */
  acknowledge(service: string, consumers: readonly ReaderPosition[]): Promise<void>
}

/** Tells logs in other processes how far the services here have read them. */
export interface ReaderReports {
  start(): void
  /** Stops, and waits for the report under way. */
  stop(): Promise<void>
}

/** What the reports are made with. */
export interface ReaderReportsOptions {
  readonly runtime: Runtime
  readonly placement: Placement
  readonly services: () => Iterable<HostedService>
  readonly logOf: (service: string) => RemoteLog | undefined
}

/** Pause between two reports. What waits for them is removed when it is days old. */
const PERIOD_MS = 5_000
/** A log hears again from readers that stand still, so that people see that they are there. */
const REPEAT_MS = 300_000

interface Told {
  readonly said: string
  readonly at: number
}

/** Builds the reports. A process that hosts whatever its services read has nothing to tell, and asks nothing. */
export function createReaderReports({ runtime, placement, services, logOf }: ReaderReportsOptions): ReaderReports {
  const { clock, log } = runtime
  const told = new Map<string, Told>()
  /** Pairs of service and source of which the last report failed: one line in the log is enough. */
  const silent = new Set<string>()
  let cancel: CancelTimer | undefined
  let working: Promise<void> | undefined
  let stopped = false

  async function report(): Promise<void> {
    for (const service of services()) {
      await reportOf(service).catch((error: unknown) =>
        log.warn('readers could not be looked at; their logs keep what they need', { service: service.name, error }),
      )
    }
  }
  async function reportOf(service: HostedService): Promise<void> {
    const readers = (await service.readers())?.filter(({ source }) => !placement.hosts(source)) ?? []
    if (readers.length === 0) return
    for (const [source, consumers] of bySource(await durablePositions(service, readers))) await tell(service.name, source, consumers)
  }
  async function tell(service: string, source: string, consumers: readonly ReaderPosition[]): Promise<void> {
    const key = `${service} ${source}`
    const said = JSON.stringify(consumers)
    const last = told.get(key)
    if (last?.said === said && clock.monotonic() - last.at < REPEAT_MS) return
    try {
      await logOf(source)?.acknowledge(service, consumers)
      told.set(key, { said, at: clock.monotonic() })
      silent.delete(key)
    } catch (error) {
      if (!silent.has(key)) log.warn('a log cannot be told how far it is read; it keeps its events until it is', { service, source, error })
      silent.add(key)
    }
  }
  function later(delayMs: number): void {
    if (stopped) return
    cancel = clock.setTimer(delayMs, () => {
      working = report().finally(() => later(PERIOD_MS))
    })
  }
  return {
    start() {
      if (placement.elsewhere.length > 0) later(0)
    },
    async stop() {
      stopped = true
      cancel?.()
      await working
    },
  }
}

function bySource(
  readers: readonly { readonly consumer: string; readonly source: string; readonly position: number }[],
): ReadonlyMap<string, readonly ReaderPosition[]> {
  const sources = new Map<string, ReaderPosition[]>()
  for (const { consumer, source, position } of readers) sources.set(source, [...(sources.get(source) ?? []), { consumer, position }])
  return sources
}
