import type { TSchema } from 'banyan/contract'
import { BODY_BYTES_MAX } from './body.ts'
import { VALUES_MAX } from './json-body.ts'
import { jsonBounds } from './json-bounds.ts'

/** How large the body of one operation may be. */
export interface BodyLimits {
  readonly bytes: number
  readonly values: number
}

/** Room for blanks, line breaks, and fields that a newer client sends besides. */
const SLACK = 2
/** Less is not worth refusing. */
const BYTES_MIN = 16_384
const VALUES_MIN = 1_000

/**
 * Derives the limits of an operation's body from its input schema: what can never be right is not read. Where the schema sets no
 * bound, or a wider one, `most` holds.
 */
export function bodyLimits(input: TSchema, most: Partial<BodyLimits> = {}): BodyLimits {
  const { bytes, values } = jsonBounds(input)
  return {
    bytes: Math.min(most.bytes ?? BODY_BYTES_MAX, Math.max(BYTES_MIN, bytes * SLACK)),
    values: Math.min(most.values ?? VALUES_MAX, Math.max(VALUES_MIN, values * SLACK)),
  }
}
