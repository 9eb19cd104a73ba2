import { BanyanError } from '../../kernel/error.ts'
import { assertSagaFits } from '../records/bounds.ts'
import { boundedLimit } from '../records/bounded-limit.ts'
import {
  type OpenSagas,
  type PrunedSignals,
  READY_AT,
  type SagaChange,
  type SagaFilter,
  type SagaKind,
  type SagaRecord,
  type SagaRecords,
  type SagaRest,
  type SagaSignalRecord,
  type SagaStatus,
  type SagaStepRecord,
} from '../records/saga-records.ts'
import { allOf, beginnings } from './all-of.ts'
import type { Documents } from './documents.ts'
import { alive, endLeases } from './lease-records.ts'
import { claimDue, takenOver } from './saga-claim.ts'
import { isOpen, sagas, sagaSteps } from './saga-collections.ts'
import { listSagas, stuckSagas } from './saga-lists.ts'
import { addSignal, pruneSignals, takeSignal } from './saga-signals.ts'

/** Sagas that one look goes through when the clock was set back: a few milliseconds of the store. */
const RESTS_LOOKED_AT = 1_000

/** The journal of sagas in documents. Invariant: what changes a saga has read its epoch in the same transaction (P14). */
export class DocumentSagaRecords implements SagaRecords {
  readonly #documents: Documents

  constructor(documents: Documents) {
    this.#documents = documents
  }

  async insert(saga: SagaRecord): Promise<boolean> {
    assertSagaFits(saga)
    let isNew = false
    await this.#documents.change(sagas, [saga.id], (found) => {
      isNew = found === undefined
      return isNew ? saga : undefined
    })
    return isNew
  }

  find(id: string): Promise<SagaRecord | undefined> {
    return this.#documents.get(sagas, [id])
  }

  list(filter: SagaFilter): Promise<SagaRecord[]> {
    return listSagas(this.#documents, filter)
  }

  async countOpen(): Promise<OpenSagas[]> {
    return (await this.counts()).filter(isOpen)
  }

  async counts(): Promise<{ name: string; status: SagaStatus; count: number }[]> {
    const kinds = await beginnings(this.#documents, sagas, 'status', 2)
    const count = (within: (typeof kinds)[number]): Promise<number> => this.#documents.count(sagas, { index: 'status', within })
    const counted = kinds.map(async (kind) => ({ name: String(kind[0]), status: kind[1] as SagaStatus, count: await count(kind) }))
    return Promise.all(counted)
  }

  async update(id: string, epoch: number, change: SagaChange): Promise<string | null> {
    const changed = await this.#documents.change(sagas, [id], (saga) => (saga?.epoch === epoch ? changedBy(saga, change) : undefined))
    if (changed) return changed.rollbackRequested
    throw new BanyanError(
      'fenced',
      `saga ${id} no longer belongs to epoch ${epoch}: another instance took it over; this attempt must not commit`,
    )
  }

  async updateAny(id: string, change: SagaChange): Promise<boolean> {
    return (await this.#documents.change(sagas, [id], (saga) => saga && changedBy(saga, change))) !== undefined
  }

  async claim(owner: string, now: number, limit: number, kinds: readonly SagaKind[]): Promise<SagaRecord[]> {
    await endLeases(this.#documents, now, owner)
    return claimDue(this.#documents, { owner, now, limit: boundedLimit(limit), kinds })
  }

  async clockSetBack(now: number, { name, version }: SagaKind, from?: SagaRest): Promise<{ woken: number; next: SagaRest | undefined }> {
    const after = from ? [from.wakeAt, from.status, from.id] : [now, '', '']
    const range = { index: 'due', within: [name, version], after, limit: RESTS_LOOKED_AT } as const
    const page = await this.#documents.range(sagas, range)
    const woken = page.filter(({ updatedAt }) => updatedAt > now).map((saga) => ({ ...saga, wakeAt: READY_AT }))
    if (woken.length > 0) await this.#documents.put(sagas, ...woken)
    return { woken: woken.length, next: page.length < RESTS_LOOKED_AT ? undefined : restOf(page.at(-1)) }
  }

  async claimOne(id: string, owner: string, now: number): Promise<SagaRecord | undefined> {
    await endLeases(this.#documents, now, owner)
    const saga = await this.find(id)
    if (saga === undefined || !isOpen(saga)) return undefined
    const isOthers = saga.owner !== null && saga.owner !== owner && (await alive(this.#documents, [saga.owner], now)).has(saga.owner)
    return isOthers ? undefined : this.#documents.change(sagas, [id], (found) => found && takenOver(found, owner))
  }

  async owned(owner: string, limit: number): Promise<string[]> {
    const found = await this.#documents.range(sagas, { index: 'owned', within: [owner], limit, textBytesMax: 0 })
    return found.map(({ id }) => id)
  }

  async nextWake(kinds: readonly SagaKind[]): Promise<number | undefined> {
    const next = kinds.map(({ name, version }) =>
      this.#documents.range(sagas, { index: 'due', within: [name, version], limit: 1, textBytesMax: 0 }),
    )
    const times = (await Promise.all(next)).flat().flatMap(({ wakeAt }) => wakeAt ?? [])
    return times.length === 0 ? undefined : Math.min(...times)
  }

  stuck(kind: SagaKind, after: string, limit: number): Promise<SagaRecord[]> {
    return stuckSagas(this.#documents, kind, after, limit)
  }

  async steps(sagaId: string): Promise<SagaStepRecord[]> {
    const steps = await allOf(this.#documents, sagaSteps, { within: [sagaId] })
    return steps.toSorted((a, b) => a.number - b.number)
  }

  async saveSteps(steps: readonly SagaStepRecord[]): Promise<void> {
    if (steps.length > 0) await this.#documents.put(sagaSteps, ...steps)
  }

  addSignal(signal: SagaSignalRecord): Promise<boolean> {
    return addSignal(this.#documents, signal)
  }

  takeSignal(sagaId: string, name: string): Promise<SagaSignalRecord | undefined> {
    return takeSignal(this.#documents, sagaId, name)
  }

  pruneSignals(before: number, limit: number, behind: number): Promise<PrunedSignals> {
    return pruneSignals(this.#documents, before, limit, behind)
  }
}

function changedBy(saga: SagaRecord, change: SagaChange): SagaRecord {
  return { ...saga, ...Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) }
}

function restOf(saga: SagaRecord | undefined): SagaRest | undefined {
  return saga && { wakeAt: saga.wakeAt ?? READY_AT, status: saga.status, id: saga.id }
}
