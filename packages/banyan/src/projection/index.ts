export type { ProjectionOptions, ProjectionSource } from './generation.ts'
export type { ProjectionDefinition, ProjectionHandler, ProjectionHandlers, TableName } from './projection.ts'
export { createProjectionRunner, type ProjectionLag, type ProjectionRunner, REBUILD_START_MS } from './projection-runner.ts'
