import type { Consumer } from '../events/index.ts'
import { BanyanError } from '../kernel/error.ts'
import type { HostedService } from '../service/hosted/hosted-service.ts'
import type { CursorRecord } from '../store/records/consumption-records.ts'
import type { ReaderRecord } from '../store/records/reader-records.ts'
import { type ExpectedReader, expectedReaders } from './expected-readers.ts'
import type { Placement } from './placement.ts'
import type { Actor, LogReader } from './platform-admin.ts'
import type { Platform } from './platform.ts'

// Owns: what retention may take of a log because nobody needs it any more.
// Invariants:
//   R1 a reader that runs here counts by the cursor in its own database, never by what is in memory
//   R2 a reader elsewhere counts by what it told this log last; one that is expected and never told anything counts as at the beginning
//   R3 one that a person let go of counts no more, until it is heard of again

/** Who reads the logs of the services that are hosted here. */
export interface LogReaders {
  /** Up to where nobody needs the events of a log; the largest number when nobody reads it. */
  consumedUpTo(source: HostedService): Promise<number>
  /** Readers in other processes, those that are expected and were never heard of included. */
  elsewhere(source: HostedService): Promise<readonly LogReader[]>
  /**
   * Lets go of a reader in another process; it is recorded. Throws `not_found` for one that nobody knows, and `failed_precondition` for one that runs
   * here or was let go of before.
   */
  forget(source: HostedService, reader: Pick<LogReader, 'reader'> & { readonly consumer: string }, by: Actor): Promise<void>
}

/** Keeps account of the readers of a process's logs. */
export function createLogReaders(platform: Platform, placement: Placement, hosted: ReadonlyMap<string, HostedService>): LogReaders {
  const expected = (source: HostedService): readonly ExpectedReader[] => expectedReaders(platform, placement, source.name)
  const recorded = async ({ store }: HostedService): Promise<readonly ReaderRecord[]> =>
    (await store.read((tx) => tx.readers.list())).filter(({ service }) => !placement.hosts(service))
  return {
    async consumedUpTo(source) {
      const here = await consumedHere(hosted.values(), source.name)
      return here === 0 ? 0 : Math.min(here, consumedElsewhere(expected(source), await recorded(source)))
    },
    async elsewhere(source) {
      const records = await recorded(source)
      const silent = expected(source).filter((one) => !records.some(one.covers))
      return [...records.map(shown), ...silent.map(unheard)]
    },
    async forget(source, { reader, consumer }, by) {
      if (placement.hosts(reader))
        throw new BanyanError('failed_precondition', `"${reader}" runs in this process: it is not let go of while it reads`)
      const isKnown = (one: ReaderRecord): boolean => one.service === reader && one.consumer === consumer
      const asked = { service: reader, consumer, position: 0, seenAt: 0, forgottenAt: undefined }
      if (!(await recorded(source)).some(isKnown) && !expected(source).some((one) => one.covers(asked)))
        throw new BanyanError('not_found', `no consumer "${consumer}" of "${reader}" reads the log of "${source.name}"`)
      const at = source.runtime.clock.now()
      await source.store.transaction(async (tx) => {
        if (!(await tx.readers.forget(reader, consumer, at)))
          throw new BanyanError('failed_precondition', `consumer "${consumer}" of "${reader}" was let go of before`)
        await tx.audit.append({ at, action: 'events.forget-reader', subject: `${consumer} of ${reader}`, ...by })
      })
    },
  }
}

/**
 * Events before the last one that each consumer has durably consumed: after a crash they ask for that one, to know the log by it. A rebuild counts like a
 * consumer, wherever it runs. 0 while a service of this process does not run.
 */
async function consumedHere(services: Iterable<HostedService>, source: string): Promise<number> {
  let position = Number.MAX_SAFE_INTEGER
  for (const service of services) {
    const consumers = await service.readers()
    if (consumers === undefined) return 0
    const reading = consumers.filter((one) => one.source === source)
    if (reading.length === 0) continue
    for (const { position: consumed } of await durablePositions(service, reading)) position = Math.min(position, before(consumed))
  }
  return position
}

function consumedElsewhere(expected: readonly ExpectedReader[], records: readonly ReaderRecord[]): number {
  if (expected.some((one) => !records.some(one.covers))) return 0
  return records.reduce(
    (least, { position, forgottenAt }) => (forgottenAt === undefined ? Math.min(least, before(position)) : least),
    Number.MAX_SAFE_INTEGER,
  )
}

/** Where consumers of one source stand in their own database; 0 for one that has nothing yet. */
export async function durablePositions(
  { store }: Pick<HostedService, 'store'>,
  readers: readonly Pick<Consumer, 'consumer' | 'source'>[],
): Promise<readonly Pick<CursorRecord, 'consumer' | 'source' | 'position'>[]> {
  const cursors = await store.read((tx) => tx.consumption.cursors())
  return readers.map(({ consumer, source }) => {
    const cursor = cursors.find((one) => one.consumer === consumer && one.source === source)
    return { consumer, source, position: cursor?.position ?? 0 }
  })
}

function before(position: number): number {
  return Math.max(0, position - 1)
}

function shown({ service, consumer, position, seenAt, forgottenAt }: ReaderRecord): LogReader {
  return { reader: service, consumer, position, seenAt, forgottenAt: forgottenAt ?? null }
}

function unheard({ service, consumer }: ExpectedReader): LogReader {
  return { reader: service, consumer: consumer ?? null, position: 0, seenAt: null, forgottenAt: null }
}
