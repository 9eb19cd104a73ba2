import type { CodeWriter } from './code-writer.ts'
import type { PlacedSchema } from './place.ts'
import type { PassOptions } from './plain-walk.ts'

/** Writes the pass of one schema over a variable. */
export interface SchemaWriter {
  readonly code: CodeWriter
  readonly options: PassOptions
  /** Writes the checks of what `value` holds, which is not `undefined`; returns the expression of its copy. */
  write(placed: PlacedSchema, value: string): string
  /** Returns the name of a function that does the same for its argument; one for each schema, so that a schema may contain itself. */
  functionOf(placed: PlacedSchema): string
}
