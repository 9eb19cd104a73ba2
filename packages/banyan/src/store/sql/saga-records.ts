import { allDone } from '../../kernel/all-done.ts'
import { BanyanError } from '../../kernel/error.ts'
import { assertSagaFits, assertSignalFits } from '../records/bounds.ts'
import type {
  OpenSagas,
  PrunedSignals,
  SagaChange,
  SagaFilter,
  SagaKind,
  SagaRecord,
  SagaRecords,
  SagaRest,
  SagaSignalRecord,
  SagaStatus,
  SagaStepRecord,
} from '../records/saga-records.ts'
import type { Sql, SqlValue } from '../sql.ts'
import { boundedLimit } from '../records/bounded-limit.ts'
import { openSagas } from './open-sagas.ts'
import { RESTS_FROM_START } from './resting-sagas.ts'
import { sagaUpdate } from './saga-change.ts'
import { claimQuery, nextWakeQuery } from './saga-claim.ts'
import { type WokenSagas, wakeRestingSince } from './saga-rest.ts'
import {
  type SagaRow,
  type SagaSignalRow,
  type SagaStepRow,
  sagaRecord,
  sagaSignalRecord,
  sagaStepRecord,
  sagaStepValues,
  sagaValues,
} from './saga-row.ts'
import * as statement from './saga-statements.ts'

/** The journal of sagas in SQL. Invariant: what checks ownership also takes it, in one statement (P14). */
export class SqlSagaRecords implements SagaRecords {
  readonly #sql: Sql

  constructor(sql: Sql) {
    this.#sql = sql
  }

  async insert(saga: SagaRecord): Promise<boolean> {
    assertSagaFits(saga)
    if ((await this.#sql.run(statement.INSERT, ...sagaValues(saga))) === 0) return false
    if (saga.owner === null && this.#sql.dialect === 'sqlite' && !isFinal(saga.status))
      this.#sql.write(RESTS_FROM_START, saga.name, saga.status)
    return true
  }

  async find(id: string): Promise<SagaRecord | undefined> {
    const row = await this.#sql.get<SagaRow>(statement.FIND, id)
    return row && sagaRecord(row)
  }

  async list(filter: SagaFilter): Promise<SagaRecord[]> {
    const conditions = ['id > ?']
    const values: SqlValue[] = [filter.after ?? '']
    const compare = (column: string, value: string | undefined): void => {
      if (value === undefined) return
      conditions.push(`${column} = ?`)
      values.push(value)
    }
    compare('name', filter.name)
    compare('status', filter.status)
    compare('correlation_id', filter.correlationId)
    const rows = await this.#sql.all<SagaRow>(statement.list(conditions.join(' AND ')), ...values, boundedLimit(filter.limit))
    return rows.map(sagaRecord)
  }

  countOpen(): Promise<OpenSagas[]> {
    return openSagas(this.#sql)
  }

  async counts(): Promise<{ name: string; status: SagaStatus; count: number }[]> {
    const rows = await this.#sql.all<{ name: string; status: SagaStatus; count: number }>(statement.COUNTS)
    return rows.map(({ name, status, count }) => ({ name, status, count }))
  }

  async update(id: string, epoch: number, change: SagaChange): Promise<string | null> {
    const update = sagaUpdate(change)
    const row = update
      ? await this.#sql.get<RequestRow>(statement.update(update.assignments), ...update.values, id, epoch)
      : await this.#sql.get<RequestRow>(this.#sql.dialect === 'postgres' ? statement.CHECK_LOCKED : statement.CHECK, id, epoch)
    if (row) return row.rollback_requested
    throw new BanyanError(
      'fenced',
      `saga ${id} no longer belongs to epoch ${epoch}: another instance took it over; this attempt must not commit`,
    )
  }

  async updateAny(id: string, change: SagaChange): Promise<boolean> {
    const update = sagaUpdate(change) ?? { assignments: 'epoch = epoch', values: [] }
    return (await this.#sql.run(statement.updateAny(update.assignments), ...update.values, id)) === 1
  }

  async claim(owner: string, now: number, limit: number, kinds: readonly SagaKind[]): Promise<SagaRecord[]> {
    await this.#sql.run(statement.END_LEASES, now, owner)
    const shared = this.#sql.dialect === 'postgres'
    const { text, values } = claimQuery({ owner, now, limit: boundedLimit(limit), kinds, shared })
    const rows = await this.#sql.all<SagaRow>(text, ...values)
    return rows.map(sagaRecord)
  }

  clockSetBack(now: number, kind: SagaKind, from?: SagaRest): Promise<WokenSagas> {
    return wakeRestingSince(this.#sql, now, kind, from)
  }

  async claimOne(id: string, owner: string, now: number): Promise<SagaRecord | undefined> {
    await this.#sql.run(statement.END_LEASES, now, owner)
    const row = await this.#sql.get<SagaRow>(statement.CLAIM_ONE, owner, id, owner, now)
    return row && sagaRecord(row)
  }

  async owned(owner: string, limit: number): Promise<string[]> {
    const rows = await this.#sql.all<{ id: string }>(statement.OWNED, owner, limit)
    return rows.map(({ id }) => id)
  }

  async nextWake(kinds: readonly SagaKind[]): Promise<number | undefined> {
    const { text, values } = nextWakeQuery(kinds)
    const row = await this.#sql.get<{ wake_at: number | null }>(text, ...values)
    return row?.wake_at ?? undefined
  }

  async stuck({ name, version }: SagaKind, after: string, limit: number): Promise<SagaRecord[]> {
    const rows = await this.#sql.all<SagaRow>(statement.STUCK, name, version, after, boundedLimit(limit))
    return rows.map(sagaRecord)
  }

  async steps(sagaId: string): Promise<SagaStepRecord[]> {
    const rows = await this.#sql.all<SagaStepRow>(statement.STEPS, sagaId)
    return rows.map(sagaStepRecord)
  }

  async saveSteps(steps: readonly SagaStepRecord[]): Promise<void> {
    const saved: Promise<number>[] = []
    for (let from = 0; from < steps.length; from += STEPS_SAVED_MAX) {
      const some = steps.slice(from, from + STEPS_SAVED_MAX)
      saved.push(this.#sql.run(statement.saveSteps(some.length), ...some.flatMap(sagaStepValues)))
    }
    await allDone(saved)
  }

  async addSignal(signal: SagaSignalRecord): Promise<boolean> {
    assertSignalFits(signal)
    const { sagaId, name, signalId, data, consumed, receivedAt } = signal
    return (await this.#sql.run(statement.ADD_SIGNAL, sagaId, name, signalId, data, consumed ? 1 : 0, receivedAt)) === 1
  }

  async takeSignal(sagaId: string, name: string): Promise<SagaSignalRecord | undefined> {
    const row = await this.#sql.get<SagaSignalRow>(statement.TAKE_SIGNAL, sagaId, name)
    return row && sagaSignalRecord(row)
  }

  async pruneSignals(before: number, limit: number, behind: number): Promise<PrunedSignals> {
    const last = await this.#sql.get<{ number: number }>(statement.LAST_SIGNAL, behind, limit - 1)
    return { removed: await this.#sql.run(statement.PRUNE_SIGNALS, behind, limit, before), next: last?.number }
  }
}

/** Steps of one statement: few texts to prepare, and far from the values that a statement may have. */
const STEPS_SAVED_MAX = 20

interface RequestRow {
  readonly rollback_requested: string | null
}

function isFinal(status: SagaStatus): boolean {
  return status === 'completed' || status === 'compensated'
}
