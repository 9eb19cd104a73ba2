import type { TSchema } from 'typebox'
import { misuse } from '../kernel/error.ts'
import { isTakenName } from '../kernel/name.ts'
import { fieldFacts, schemaTypes } from './field-facts.ts'
import { inputFields } from './openapi/openapi-input.ts'
import type { OperationDefinition } from './operation.ts'
import { queryKind } from './query-kind.ts'
import { unfit } from './unfit.ts'

// Owns: that a request can carry what an operation asks for, and an answer what it gives.

/** Status of an answer without a body. */
const NO_CONTENT = 204
/** Types of nothing. */
const NOTHING: ReadonlySet<string> = new Set(['null', 'void', 'undefined'])
/** Parts of a schema that are values, not schemas. */
const VALUES: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples'])
const OBJECT: ReadonlySet<string> = new Set(['object'])

/** Throws `misuse` for an input that no request could bring, and for an output that no answer could hold. `label` is `<service>.<operation>`. */
export function checkReach(label: string, operation: OperationDefinition): void {
  const { input, output, status } = operation
  checkFits(label, 'the input', input)
  checkFits(label, 'the output', output)
  const others = typesBut(input, OBJECT)
  if (others.length > 0)
    misuse(
      `${label}: the input may be ${others.join(' or ')}; it must be an object, since path, query string and body are put together in it`,
    )
  const fields = inputFields(input)
  for (const name of fieldNames(input)) if (name === '__proto__' || (isTakenName(name) && fields.has(name))) refuseField(label, name)
  if (status === NO_CONTENT && !isNothing(output))
    misuse(`${label}: status 204 has no body, but there is an output; make the output Type.Null(), or leave the status out`)
  if (operation.route.method === 'GET' && operation.access !== 'internal') checkQueryFields(label, operation)
}

/** Throws `misuse` for a schema that no value fits: whatever it is for could only fail. */
export function checkFits(label: string, what: string, schema: TSchema): void {
  const at = unfit(schema)
  if (at !== undefined)
    misuse(`${label}: no value fits ${what}${at === '' ? '' : ` at ${at}`}; give it a schema, and bounds, that some value fits`)
}

/** A GET has no body: all that it takes stands in the path and the query string. */
function checkQueryFields(label: string, { input, route }: OperationDefinition): void {
  for (const [name, { schema }] of inputFields(input)) {
    if (queryKind(schema).kind !== 'nothing') continue
    const need = fieldFacts(input, name)?.required === true ? 'needs' : 'has'
    misuse(
      `${label}: the input ${need} "${name}", which neither path nor query string of GET ${route.path} can carry; make it a text, a number, a boolean ` +
        `or a list of those, or read it by query('POST ${route.path}', …)`,
    )
  }
}

function isNothing(schema: TSchema): boolean {
  return schemaTypes(schema).size > 0 && typesBut(schema, NOTHING).length === 0
}

function typesBut(schema: TSchema, allowed: ReadonlySet<string>): string[] {
  return [...schemaTypes(schema)].filter((type) => !allowed.has(type))
}

function refuseField(label: string, name: string): never {
  misuse(`${label}: the input has a field "${name}", a name that JavaScript uses itself, so no request can bring it; rename it`)
}

/** Names of fields at any depth of a schema. */
function* fieldNames(schema: unknown, seen = new Set<unknown>()): Iterable<string> {
  if (typeof schema !== 'object' || schema === null || seen.has(schema)) return
  seen.add(schema)
  for (const [part, value] of Object.entries(schema)) {
    if (part === 'properties' && typeof value === 'object' && value !== null) {
      yield* Object.keys(value)
      for (const property of Object.values(value)) yield* fieldNames(property, seen)
    } else if (!VALUES.has(part)) yield* fieldNames(value, seen)
  }
}
