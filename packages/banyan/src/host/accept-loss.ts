import { olderThanRead } from '../events/reading/log-history.ts'
import { BanyanError } from '../kernel/error.ts'
import type { Runtime } from '../kernel/runtime.ts'
import { variantFor } from '../store/definition.ts'
import type { ReadMark } from '../store/records/consumption-records.ts'
import type { Store } from '../store/store.ts'
import type { Actor } from './platform-admin.ts'
import { readLogs } from './histories.ts'
import type { Platform } from './platform.ts'
import { type ChosenStores, platformStores } from './platform-stores.ts'

/** Which loss is accepted, by whom. */
export interface AcceptLossOptions {
  readonly runtime: Runtime
  readonly stores: ChosenStores
  /** For the stores that the platform chooses itself. Default: empty. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** The service whose data are an older copy. */
  readonly service: string
  readonly by: Actor
  /**
   * The last event that the older copy has in common with what was read. Default: its newest one, which is right as long as nothing was written
   * since it was restored; where it can be seen that something was, it must be given.
   */
  readonly position?: number
}

/** The loss cannot be accepted as things stand; the message says why and what to do. */
export class LossRefused extends BanyanError {
  constructor(message: string) {
    super('failed_precondition', message)
  }
}

/** A consumer that was set back. */
export interface SetBack {
  readonly service: string
  readonly consumer: string
  /** What it had read up to, and where it goes on. */
  readonly from: number
  readonly to: number
  /** Parked events of the lost ones, which were forgotten. */
  readonly parked: number
}

/**
 * Gives up the events that an older copy of a service's data lacks: whoever read them is set back to what the copy has, so that its next events
 * are new to them. What was done because of the lost events stays done. For a stopped platform; may be repeated. Each change is in the audit
 * trails. Throws {@link LossRefused} when nothing is lost, or when the common position must be given.
 */
export async function acceptLoss(platform: Platform, options: AcceptLossOptions): Promise<readonly SetBack[]> {
  const { service } = options
  if (!platform.services.some(({ name }) => name === service))
    throw new BanyanError('not_found', `the platform has no service "${service}"`)
  const factory = platformStores(platform, options.stores, { environment: options.environment ?? {}, readOnly: false })
  const stores = new Map<string, Store>()
  try {
    for (const { name, definition } of platform.services)
      stores.set(
        name,
        await factory.open({
          service: name,
          migrations: variantFor(name, definition.store, factory.offer(name)).migrations,
          runtime: options.runtime,
        }),
      )
    const source = stores.get(service) as Store
    const all: SetBack[] = []
    for (const [name, store] of stores) all.push(...(await setBackReaders(name, store, source, options)))
    if (all.length === 0) throw new LossRefused(`nobody has read events that the log of "${service}" lacks; start it`)
    await source.transaction((tx) => tx.audit.append(auditRecord(options, service)))
    return all
  } finally {
    for (const store of stores.values()) await store.close()
  }
}

async function setBackReaders(name: string, store: Store, source: Store, options: AcceptLossOptions): Promise<SetBack[]> {
  const done: SetBack[] = []
  for (const { consumer, source: log, read } of await readLogs({ store })) {
    if (log !== options.service || !(await olderThanRead(source.feed, { source: log, service: name, read }))) continue
    const to = await commonMark(source, read, options)
    const { value: parked } = await store.transaction(async (tx) => {
      await tx.audit.append(auditRecord(options, `${consumer} of ${log} from ${read.position} to ${to.position}`))
      return tx.consumption.rewind(consumer, log, to)
    })
    done.push({ service: name, consumer, from: read.position, to: to.position, parked })
  }
  return done
}

async function commonMark({ feed }: Store, read: ReadMark, { service, position }: AcceptLossOptions): Promise<ReadMark> {
  const head = await feed.head()
  if (position === undefined && head >= read.position)
    throw new LossRefused(
      `the log of "${service}" ends at ${head}, so it went on after it was restored; say with --position what its newest event was then`,
    )
  const common = Math.min(position ?? head, head)
  const [event] = common === 0 ? [] : await feed.read(common - 1, 1)
  return { position: common, id: event?.id }
}

function auditRecord({ runtime, by }: AcceptLossOptions, subject: string) {
  return { at: runtime.clock.now(), action: 'events.accept-loss', subject, ...by }
}
