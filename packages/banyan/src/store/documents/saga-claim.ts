import type { SagaKind, SagaRecord } from '../records/saga-records.ts'
import { beginnings } from './all-of.ts'
import type { Documents } from './documents.ts'
import { alive } from './lease-records.ts'
import { sagas } from './saga-collections.ts'

/** What to claim. */
export interface Claim {
  readonly owner: string
  /** Epoch milliseconds. */
  readonly now: number
  readonly limit: number
  readonly kinds: readonly SagaKind[]
}

/**
 * Takes over sagas that are due: free ones of each kind whose time has come or that have none and run or compensate, and what owners have whose
 * lease ended. Each kind has its own limit, so that a backlog of one keeps no other waiting.
 */
export async function claimDue(documents: Documents, claim: Claim): Promise<SagaRecord[]> {
  const found = await Promise.all([...claim.kinds.map((kind) => freeOfKind(documents, kind, claim)), abandoned(documents, claim)])
  const due = found.flat().toSorted((a, b) => timeOf(a) - timeOf(b))
  const taken = due.slice(0, claim.limit).map((saga) => takenOver(saga, claim.owner))
  if (taken.length > 0) await documents.put(sagas, ...taken)
  return taken
}

/** A saga in the hands of another owner: attempts of earlier epochs cannot commit any more (P14). */
export function takenOver(saga: SagaRecord, owner: string): SagaRecord {
  return { ...saga, owner, wakeAt: null, epoch: saga.epoch + 1 }
}

async function freeOfKind(documents: Documents, { name, version }: SagaKind, { now, limit }: Claim): Promise<SagaRecord[]> {
  const within = [name, version]
  const found = await Promise.all([
    documents.range(sagas, { index: 'due', within, upTo: [now], limit }),
    documents.range(sagas, { index: 'timeless', within: [...within, 'running'], limit }),
    documents.range(sagas, { index: 'timeless', within: [...within, 'compensating'], limit }),
  ])
  return found.flat()
}

/** What is left of owners whose lease ended or who never had one. Owners are found one by one: as many looks as there are instances. */
async function abandoned(documents: Documents, { owner, now, limit, kinds }: Claim): Promise<SagaRecord[]> {
  const owners = (await beginnings(documents, sagas, 'owned', 1)).map(([each]) => String(each)).filter((each) => each !== owner)
  const running = await alive(documents, owners, now)
  const gone = owners.filter((each) => !running.has(each))
  const left = gone.flatMap((each) =>
    kinds.map(({ name, version }) => documents.range(sagas, { index: 'owned', within: [each, name, version], limit })),
  )
  return (await Promise.all(left)).flat()
}

/** What has no time comes first. */
function timeOf({ wakeAt }: SagaRecord): number {
  return wakeAt ?? -1
}
