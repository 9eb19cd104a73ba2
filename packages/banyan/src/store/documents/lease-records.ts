import type { LeaseRecords } from '../records/saga-records.ts'
import { collection } from './collection.ts'
import type { Documents } from './documents.ts'

/** Until when an instance counts as running. */
interface Lease {
  readonly instance: string
  readonly expiresAt: number
  readonly isTakenOver: boolean
}

/** Leases, by when they end, and those that nobody has taken over. */
export const leases = collection({
  name: 'banyan_lease',
  key: ({ instance }: Lease) => [instance],
  indexes: {
    end: ({ expiresAt }) => [expiresAt],
    valid: ({ isTakenOver, expiresAt }) => (isTakenOver ? undefined : [expiresAt]),
  },
})

/** A lease that ended so long ago is only history; no process sleeps through a week and goes on. */
const HISTORY_MS = 7 * 86_400_000
/** Instances of one service are few. */
const LEASES_MAX = 1_000

/** Leases of instances in documents. */
export class DocumentLeaseRecords implements LeaseRecords {
  readonly #documents: Documents
  readonly #now: () => number

  constructor(documents: Documents, now: () => number) {
    this.#documents = documents
    this.#now = now
  }

  /** A lease that ended but that nobody took over goes on: a single process that was suspended loses nothing. */
  async renew(instance: string, expiresAt: number, now: number): Promise<boolean> {
    let isRenewed = true
    await this.#documents.change(leases, [instance], (lease) => {
      isRenewed = lease === undefined || !lease.isTakenOver || lease.expiresAt > now
      return isRenewed ? { instance, isTakenOver: lease?.isTakenOver ?? false, expiresAt } : undefined
    })
    return isRenewed
  }

  async others(instance: string): Promise<{ instance: string; expiresAt: number }[]> {
    const valid = await this.#documents.range(leases, { index: 'valid', limit: LEASES_MAX })
    return valid.filter((lease) => lease.instance !== instance).map((lease) => ({ instance: lease.instance, expiresAt: lease.expiresAt }))
  }

  async end(instance: string, expiresAt: number): Promise<void> {
    await this.#documents.change(leases, [instance], (lease) =>
      lease?.expiresAt === expiresAt ? { ...lease, isTakenOver: true } : undefined,
    )
  }

  async release(instance: string): Promise<void> {
    const history = await this.#documents.range(leases, { index: 'end', before: [this.#now() - HISTORY_MS], limit: LEASES_MAX })
    await this.#documents.remove(leases, [instance], ...history.map(leases.key))
  }
}

/** Marks leases of others that ended, so that an instance that wakes up later learns that it was taken over. */
export async function endLeases(documents: Documents, now: number, owner: string): Promise<void> {
  const ended = await documents.range(leases, { index: 'valid', upTo: [now], limit: LEASES_MAX })
  const others = ended.filter(({ instance }) => instance !== owner)
  if (others.length > 0) await documents.put(leases, ...others.map((lease) => ({ ...lease, isTakenOver: true })))
}

/** Of some instances, those whose lease has not ended and was not taken over. */
export async function alive(documents: Documents, instances: readonly string[], now: number): Promise<ReadonlySet<string>> {
  const found = await documents.getMany(
    leases,
    instances.map((instance) => [instance]),
  )
  return new Set(found.flatMap((lease) => (lease && !lease.isTakenOver && lease.expiresAt > now ? [lease.instance] : [])))
}
