import { columnsOf, copyRows, type Expression, NUMBERS, openDatabase, type Overrides } from './growth-rows.ts'

/** A saga whose row is copied. */
export interface WaitingTemplate {
  readonly service: string
  readonly sagaId: string
}

/**
 * Adds `count` sagas that wait for a signal, as many that sleep, and as many timers, to the files of a stopped service: none is due for years. The
 * sagas are of the kind of the one with `sagaId`.
 */
export function seedWaiting(directory: string, { service, sagaId }: WaitingTemplate, count: number): void {
  const database = openDatabase(directory, service)
  const columns = columnsOf(database, 'banyan_saga').map(({ name }) => name)
  const values = (wakeAt: Expression): string =>
    columns.map((column) => WAITING_OVERRIDES[column] ?? (column === 'wake_at' ? wakeAt : column)).join(', ')
  database.exec('BEGIN')
  for (const [kind, wakeAt] of [
    ['waiting', '8640000000000000'],
    ['sleeping', '4000000000000 + nth'],
  ] as const)
    database
      .prepare(
        `${NUMBERS} INSERT INTO banyan_saga (${columns.join(', ')}) SELECT ${values(wakeAt).replace('WAITING', kind)}
         FROM banyan_saga CROSS JOIN numbers WHERE id = ?`,
      )
      .run(1, count, sagaId)
  database
    .prepare(
      `${NUMBERS} INSERT INTO banyan_timer (id, name, due_at, data, attempts, correlation_id, waits_since)
       SELECT 'seed-' || nth, 'seed', 4000000000000 + nth, '{}', 0, 'seed', nth FROM numbers`,
    )
    .run(1, count)
  database.exec(`DELETE FROM banyan_saga_resting;
    INSERT INTO banyan_saga_resting SELECT name, status, COUNT(*) FROM banyan_saga
      WHERE owner IS NULL AND status NOT IN ('completed', 'compensated') GROUP BY name, status;
    COMMIT`)
  database.close()
}

/** Adds `count` sagas that ended decades ago to the files of a stopped shop: copies of that of an order, with its steps, of which retention keeps none. */
export function seedEnded(directory: string, orderId: string, count: number): void {
  copyRows({
    directory,
    tables: { orders: ['banyan_saga', 'banyan_saga_step'] },
    marks: { default: [orderId] },
    count,
    replace: [[orderId, "printf('01900009-0000-7000-8000-%012x', nth)"]],
    overrides: { 'banyan_saga.updated_at': 'nth' },
    first: 1,
  })
}

const WAITING_OVERRIDES: Overrides = {
  id: "'WAITING-' || nth",
  status: "'waiting'",
  owner: 'NULL',
  output: 'NULL',
  failure: 'NULL',
  deadline_at: 'NULL',
  correlation_id: "'seed-' || nth",
}
