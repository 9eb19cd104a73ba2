import { plainJson } from '../../kernel/json.ts'
import type { Runtime } from '../../kernel/runtime.ts'
import { READY_AT, type SagaRecord } from '../../store/records/saga-records.ts'
import { readFailure } from '../run/saga-failure.ts'
import type { StoreTransaction } from '../../store/store.ts'

/** How long a signal waits for its saga to be started (P12). */
export const SIGNAL_TTL_MS = 7 * 86_400_000

/** What a signal carries. */
export interface SagaSignal {
  /** The same id is delivered to a saga at most once (P12). Default: a new one. */
  readonly id?: string
  readonly data?: unknown
}

/** Stores a signal, and wakes the saga if it waits in the table. */
export async function sendSignal(tx: StoreTransaction, runtime: Runtime, sagaId: string, name: string, signal: SagaSignal): Promise<void> {
  const now = runtime.clock.now()
  const signalId = signal.id ?? runtime.ids.uuid()
  const data = plainJson(signal.data ?? null, `the data of signal "${name}"`)
  await tx.sagas.addSignal({ sagaId, name, signalId, data, consumed: false, receivedAt: now })
  const saga = await tx.sagas.find(sagaId)
  if (saga?.owner === null && saga.status === 'waiting') await tx.sagas.updateAny(sagaId, { wakeAt: READY_AT })
}

/** Notes that a saga shall roll back. Returns false when it cannot any more, or does so already. */
export async function requestRollback(tx: StoreTransaction, now: number, id: string, reason: string): Promise<boolean> {
  const saga = await tx.sagas.find(id)
  if (!saga || !mayRollBack(saga)) return false
  const wake = saga.owner === null ? ({ status: 'running', wakeAt: READY_AT } as const) : {}
  return tx.sagas.updateAny(id, { rollbackRequested: reason, updatedAt: now, ...wake })
}

function mayRollBack({ status, committed, failure }: SagaRecord): boolean {
  if (committed || status === 'compensating' || status === 'completed' || status === 'compensated') return false
  return status !== 'stuck' || readFailure(failure)?.stuck?.phase !== 'compensating'
}
