export { consumerName, isConsumerOf } from './generation-names.ts'
export type { ProjectionOptions, ProjectionSource } from './generation.ts'
export type { ProjectionDefinition, ProjectionHandler, ProjectionHandlers, TableName } from './projection.ts'
export { createProjectionRunner, type ProjectionLag, type ProjectionRunner, type ProjectionStatus } from './projection-runner.ts'
