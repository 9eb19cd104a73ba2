import { Timestamp, Type } from 'banyan'
import type { TSchema } from 'banyan/contract'
import { PARKED_STATES, SAGA_STATUSES, STEP_STATES } from 'banyan/store'

// Owns: the rows of the operations API. A row may have more than is declared: an answer about trouble is never cut by its own description.

/** What `schema` takes, or null; `description` says what null means. */
export const nullable = <T extends TSchema>(schema: T, description?: string) =>
  Type.Union([schema, Type.Null()], description === undefined ? {} : { description })
const row = <P extends Readonly<Record<string, TSchema>>>(properties: P) => Type.Object(properties, { additionalProperties: true })
/** JSON of the author's own: what a saga or a step was given and answered. */
const Anything = Type.Unknown()
const Count = Type.Integer({ minimum: 0 })

/** Why something failed, or what somebody made of it who answered before. */
const Failure = Type.Unknown({ description: '`{ code, message, … }` of what went wrong; null where nothing did' })

/** A saga. */
export const SagaRow = row({
  service: Type.String(),
  id: Type.String(),
  name: Type.String(),
  version: Type.Integer(),
  status: Type.Enum([...SAGA_STATUSES]),
  input: Anything,
  output: Anything,
  failure: Failure,
  committed: Type.Boolean({ description: 'true once it only goes forward' }),
  rollbackRequested: nullable(Type.String()),
  wakeAt: nullable(Timestamp, 'null where it runs, or waits without a limit'),
  deadlineAt: nullable(Timestamp),
  owner: nullable(Type.String()),
  epoch: Type.Integer(),
  correlationId: Type.String(),
  callerKeys: Type.Boolean({ description: 'false for a saga begun by a release whose keys did not name their caller' }),
  versionMissing: Type.Optional(
    Type.Boolean({ description: 'in lists: true where the code has no such version, so that it cannot go on' }),
  ),
  traceparent: Type.String(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
})

/** A step of a saga. */
export const SagaStepRow = row({
  sagaId: Type.String(),
  name: Type.String(),
  number: Type.Integer(),
  state: Type.Enum([...STEP_STATES]),
  output: Anything,
  error: Failure,
  attempts: Count,
  compensationAttempts: Count,
  startedAt: Timestamp,
  endedAt: nullable(Timestamp),
})

/** How many sagas of one name have one status. */
export const SagaCountRow = row({ service: Type.String(), name: Type.String(), status: Type.Enum([...SAGA_STATUSES]), count: Count })

/** An event that a consumer could not handle, or that waits behind one. */
export const ParkedRow = row({
  service: Type.String(),
  consumer: Type.String(),
  source: Type.String(),
  position: Type.Integer(),
  key: Type.String(),
  event: Type.String({ description: 'the event as JSON text' }),
  state: Type.Enum([...PARKED_STATES]),
  attempts: Count,
  error: nullable(Type.String()),
  parkedAt: Timestamp,
})

/** An event of a flow. */
export const FlowEventRow = row({
  source: Type.String({ description: 'the service whose event it is' }),
  position: Type.Integer(),
  id: Type.String(),
  type: Type.String(),
  version: Type.Integer(),
  key: Type.String(),
  time: Timestamp,
  data: Anything,
  correlationId: Type.String(),
  causationId: Type.String(),
  traceparent: Type.String(),
})

/** How far a consumer is behind. */
export const LagRow = row({
  service: Type.String(),
  consumer: Type.String(),
  source: Type.String(),
  position: Type.Integer(),
  head: Type.Integer(),
  parked: Count,
  parkedMore: Type.Boolean({ description: 'true where there are more than `parked` says' }),
})

/** A reader of a log in another process. */
export const ReaderRow = row({
  service: Type.String({ description: 'the service whose log it is' }),
  reader: Type.String({ description: 'the service that reads it' }),
  consumer: nullable(Type.String({ description: 'null where only the contract of the reading service is known' })),
  position: Type.Integer({ description: 'everything up to here is durably consumed' }),
  seenAt: nullable(Timestamp),
  forgottenAt: nullable(Timestamp),
})

/** What a read model serves, and how far new tables are filled. */
export const ProjectionRow = row({
  service: Type.String(),
  projection: Type.String(),
  version: Type.Integer({ description: 'of the definition that made the tables which serve' }),
  definitionVersion: Type.Integer({ description: 'of the definition that the process has' }),
  rebuilding: Type.Optional(row({ version: Type.Integer(), done: Count, of: Count })),
})

/** What somebody did to the platform by hand. */
export const TrailRow = row({
  service: Type.String(),
  at: Timestamp,
  actor: Type.String(),
  action: Type.String(),
  subject: Type.String(),
  reason: Type.String(),
})

/** An invariant that does not hold. */
export const ViolationRow = row({ invariant: Type.String(), subject: Type.String(), expected: Type.String(), actual: Type.String() })
