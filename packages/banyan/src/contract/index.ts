export { type Static, type TSchema, Type } from 'typebox'
export {
  type Access,
  ANONYMOUS,
  accessRoles,
  type OwnerAccess,
  type Principal,
  type RoleAccess,
  servicePrincipal,
  type UserAccess,
} from './access.ts'
export { type AuditClient, type AuditDefinition, type Audits, audit } from './audit.ts'
export {
  type CallOptions,
  type Client,
  type Clients,
  type Contract,
  contract,
  type EventMap,
  type Events,
  type EventType,
  type Operations,
} from './contract.ts'
export { type EventData, type EventDefinition, event } from './event.ts'
export { declaredError, type Failure, failedWith, failure } from './failure.ts'
export { type OpenApiDocument, type OpenApiOperation, type OpenApiOptions, openApiDocument } from './openapi/openapi.ts'
export { type InputField, inputFields } from './openapi/openapi-input.ts'
export {
  type CommandSpec,
  command,
  type DeclaredError,
  declareError,
  type Errors,
  type ErrorSpec,
  type Input,
  OPERATION_TIMEOUT_MS,
  type OperationDefinition,
  type OperationSpec,
  type Output,
  query,
} from './operation.ts'
export { checkOperation } from './check-contract.ts'
export { refuseCollisions } from './colliding-routes.ts'
export { type QueryKind, queryKind } from './query-kind.ts'
export { idCursor, type PageCursor, pageCursor, wrongCursor } from './page-cursor.ts'
export { EMAIL_LENGTH_MAX, EMAIL_LOCAL_LENGTH_MAX, EMAIL_MEANING } from './email-text.ts'
export { METHODS, type Method, parseRoute, type Route, routeShape, type RouteText, type Segment } from './route.ts'
export {
  type CodeBounds,
  codeOr,
  ID_LENGTH_MAX,
  KEY_LENGTH_MAX,
  NORMALISATION,
  SUBJECT_LENGTH_MAX,
  Text,
  type TextBounds,
  withReasonCode,
} from './text.ts'
export { fromTimestamp, GivenTimestamp, Timestamp, toTimestamp, toTimestampOrNull } from './timestamp.ts'
export { Version, VERSION_MAX } from './version.ts'
export { schemaExample } from './openapi/schema-example.ts'
export { type InputCheck, inputCheck, type SchemaCheck, schemaCheck } from './validator.ts'
