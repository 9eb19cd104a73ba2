import { schemaCheck } from '../contract/validator.ts'
import { plainJson, toJson } from '../kernel/json.ts'
import type { LoadedSaga } from './definitions.ts'

type Described = Pick<LoadedSaga, 'name' | 'input'>

/**
 * Writes what a saga is started with: what its schema declares of it, or all of it where it has none. Throws `internal` for an input that the
 * schema does not allow, and `misuse` for one that JSON would change; each names the field.
 */
export function inputText({ name, input: schema }: Described, input: unknown): string {
  const what = `the input of saga "${name}"`
  return schema ? toJson(schemaCheck(schema).own(input, what)) : plainJson(input, what)
}

/** Reads what a saga was started with, maybe by an older version: what its schema of today declares of it. */
export function readInput({ input: schema }: Described, text: string): unknown {
  const input = JSON.parse(text) as unknown
  return schema ? schemaCheck(schema).declared(input) : input
}
