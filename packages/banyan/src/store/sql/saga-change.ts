import type { SagaChange } from '../records/saga-records.ts'
import type { SqlValue } from '../sql.ts'

const COLUMNS: Readonly<Record<keyof SagaChange, string>> = {
  status: 'status',
  output: 'output',
  failure: 'failure',
  committed: 'committed',
  rollbackRequested: 'rollback_requested',
  wakeAt: 'wake_at',
  deadlineAt: 'deadline_at',
  owner: 'owner',
  updatedAt: 'updated_at',
}

/** An update in the making. */
export interface SagaUpdate {
  /** `column = ?, …`; the same text for the same set of fields, so that the statement is prepared once. */
  readonly assignments: string
  readonly values: SqlValue[]
}

/** Turns a change into assignments; undefined when it changes nothing. */
export function sagaUpdate(change: SagaChange): SagaUpdate | undefined {
  let assignments = ''
  const values: SqlValue[] = []
  for (const field in COLUMNS) {
    const value = change[field as keyof SagaChange]
    if (value === undefined) continue
    assignments += `${assignments === '' ? '' : ', '}${COLUMNS[field as keyof SagaChange]} = ?`
    values.push(typeof value === 'boolean' ? Number(value) : value)
  }
  return assignments === '' ? undefined : { assignments, values }
}
