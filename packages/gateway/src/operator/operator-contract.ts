import { command, contract, query, Text, Type } from 'banyan'
import { PARKED_STATES, SAGA_STATUSES } from 'banyan/store'
import { KEY_LENGTH_MAX, type RoleAccess, type TSchema } from 'banyan/contract'
import { NAME_LENGTH_MAX } from 'banyan/kernel'
import {
  FlowEventRow,
  LagRow,
  nullable,
  ParkedRow,
  ProjectionRow,
  ReaderRow,
  SagaCountRow,
  SagaRow,
  SagaStepRow,
  TrailRow,
  ViolationRow,
} from './operator-rows.ts'

/** Rows of one answer at most. */
const ROWS_MAX = 1_000
/** An audit of a large shop reads all of it. */
const AUDIT_MS = 120_000

/** Name of a service, a consumer, a saga or a step, an id or a key. Authors choose them, so whatever a store can hold can be asked for. */
const Name = Text.raw({ max: KEY_LENGTH_MAX })
const Reason = Text.line({ max: 1_000 })
/** A character of a key is up to four bytes, and each is three characters of a cursor, e.g. `%F0`. */
const CURSOR_CHARACTERS_PER_CHARACTER = 12
/** A cursor holds a key or a number, and up to three names of services and projections. */
const CURSOR_LENGTH_MAX = KEY_LENGTH_MAX * CURSOR_CHARACTERS_PER_CHARACTER + 3 * NAME_LENGTH_MAX
const Limit = Type.Optional(Type.Integer({ minimum: 1, maximum: ROWS_MAX }))
const rows = <R extends TSchema>(Row: R) => Type.Object({ items: Type.Array(Row) })
/** Rows of a list that has pages: `after` goes on where `nextCursor` says; null on the last page. */
const page = <R extends TSchema>(Row: R) => Type.Object({ items: Type.Array(Row), nextCursor: nullable(Type.String()) })
/** Rows of a list that ends at a bound: `more` says that there are others. */
const beginning = <R extends TSchema>(Row: R) => Type.Object({ items: Type.Array(Row), more: Type.Boolean() })
const After = Type.Optional(Text.raw({ max: CURSOR_LENGTH_MAX, description: '`nextCursor` of the page before' }))
const Done = Type.Object({ ok: Type.Literal(true) })
const Nothing = Type.Object({})
const SagaPath = { service: Name, id: Name }
const ParkedKey = { service: Name, consumer: Name, source: Name, reason: Reason }
const SagaFilter = Type.Object({
  service: Type.Optional(Name),
  name: Type.Optional(Name),
  status: Type.Optional(Type.Enum([...SAGA_STATUSES])),
  correlationId: Type.Optional(Name),
  after: After,
  limit: Limit,
})
const ParkedFilter = Type.Object({
  service: Type.Optional(Name),
  consumer: Type.Optional(Name),
  source: Type.Optional(Name),
  key: Type.Optional(Name),
  state: Type.Optional(Type.Enum([...PARKED_STATES])),
  after: After,
  limit: Limit,
})

/** Type of the contract of the operations API. */
export type OperatorContract = ReturnType<typeof operatorContract>

/** Builds the contract of the operations API: what people do to a running platform. `roles` may call it; changes are recorded with their reason. */
export function operatorContract(roles: readonly string[]) {
  const access: RoleAccess = { roles }
  const schemas = { SagaRow, SagaStepRow, SagaCountRow, ParkedRow, FlowEventRow, LagRow, ReaderRow, ProjectionRow, TrailRow, ViolationRow }
  return contract('ops', { schemas, operations: { ...sagaOperations(access), ...eventOperations(access), ...dataOperations(access) } })
}

function sagaOperations(access: RoleAccess) {
  const change = { output: Done, access, idempotency: 'none' } as const
  return {
    sagas: query('GET /api/ops/sagas', {
      summary: 'Sagas of all services, or of one, by service and id',
      input: SagaFilter,
      output: page(SagaRow),
      access,
    }),
    sagaCounts: query('GET /api/ops/saga-counts', {
      summary: 'Number of sagas by service, name and status',
      input: Nothing,
      output: rows(SagaCountRow),
      access,
    }),
    saga: query('GET /api/ops/sagas/:service/:id', {
      summary: 'One saga with its steps',
      input: Type.Object(SagaPath),
      output: Type.Object({ saga: SagaRow, steps: Type.Array(SagaStepRow) }),
      access,
    }),
    retrySaga: command('POST /api/ops/sagas/:service/:id/retry', {
      summary: 'Lets a stuck saga go on from where it stands',
      input: Type.Object({ ...SagaPath, reason: Reason }),
      ...change,
    }),
    skipSagaStep: command('POST /api/ops/sagas/:service/:id/skip', {
      summary: 'Marks a step, or its compensation, as settled by hand; `output` is what the step would have answered',
      input: Type.Object({ ...SagaPath, step: Name, output: Type.Optional(Type.Unknown()), reason: Reason }),
      ...change,
    }),
    rollbackSaga: command('POST /api/ops/sagas/:service/:id/rollback', {
      summary: 'Asks a saga to roll back, unless it has committed',
      input: Type.Object({ ...SagaPath, reason: Reason }),
      ...change,
    }),
  }
}

function eventOperations(access: RoleAccess) {
  const change = { output: Done, access, idempotency: 'none' } as const
  return {
    parked: query('GET /api/ops/parked', {
      summary: 'Parked events by service, oldest first',
      input: ParkedFilter,
      output: page(ParkedRow),
      access,
    }),
    redrive: command('POST /api/ops/parked/redrive', {
      summary: 'Handles the parked events of a key again, in order',
      input: Type.Object({ ...ParkedKey, key: Name }),
      ...change,
    }),
    skipParked: command('POST /api/ops/parked/skip', {
      summary: 'Gives a parked event up and redrives those behind it',
      input: Type.Object({ ...ParkedKey, position: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) }),
      ...change,
    }),
    flow: query('GET /api/ops/flows/:correlationId', {
      summary: 'Events of one business flow over all services, oldest first',
      input: Type.Object({ correlationId: Name }),
      output: beginning(FlowEventRow),
      access,
    }),
    lag: query('GET /api/ops/lag', { summary: 'How far each consumer is behind', input: Nothing, output: rows(LagRow), access }),
    readers: query('GET /api/ops/readers', {
      summary: 'Who reads the logs of the services here in other processes, and how far',
      input: Nothing,
      output: rows(ReaderRow),
      access,
    }),
    forgetReader: command('POST /api/ops/readers/forget', {
      summary: 'Keeps no events for a reader in another process any more, until it is heard of again',
      input: Type.Object({ service: Name, reader: Name, consumer: Name, reason: Reason }),
      ...change,
    }),
  }
}

function dataOperations(access: RoleAccess) {
  return {
    projections: query('GET /api/ops/projections', {
      summary: 'What each read model serves, and how far new tables are filled',
      input: Nothing,
      output: rows(ProjectionRow),
      access,
    }),
    rebuild: command('POST /api/ops/projections/rebuild', {
      summary: 'Rebuilds a projection from the log while it serves',
      input: Type.Object({ service: Name, projection: Name, reason: Reason }),
      output: Done,
      access,
      idempotency: 'none',
      status: 202,
    }),
    trail: query('GET /api/ops/audit', {
      summary: 'What people did to the platform, newest first',
      input: Type.Object({ service: Type.Optional(Name), limit: Limit }),
      output: beginning(TrailRow),
      access,
    }),
    violations: query('GET /api/ops/violations', {
      summary: "Violated invariants of the platform's data; `defined` is false when there are none to check",
      input: Nothing,
      output: Type.Object({ defined: Type.Boolean(), items: Type.Array(ViolationRow) }),
      access,
      timeoutMs: AUDIT_MS,
    }),
  }
}
