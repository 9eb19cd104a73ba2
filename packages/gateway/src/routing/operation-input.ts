import { inputFields, type OperationDefinition } from 'banyan/contract'
import { BanyanError, type FieldError, pointerSegment } from 'banyan/kernel'
import type { JsonObject } from '../request/json-body.ts'
import { eachParameter } from '../request/query-string.ts'
import { decodeSegment } from '../request/request-target.ts'
import { type TextReader, textReader, WRONG } from '../request/text-reader.ts'

/** Puts the parts of a request together to the one input of an operation. */
export interface InputPlan {
  /**
   * Merges path parameters, query string, `If-Match` and body into `body`, which the caller gives away.
   * Throws `invalid_argument` that names each field which cannot be read or is given twice with different values.
   */
  assemble(parts: InputParts): JsonObject
}

/** What came with a request. */
export interface InputParts {
  /** Path parameters in the order of the route, percent-encoded. */
  readonly values: readonly string[]
  readonly search: string
  readonly ifMatch: string | undefined
  readonly body: JsonObject
}

/** Prepares an operation's input once. */
export function inputPlan({ input, route, ifMatch, kind }: OperationDefinition): InputPlan {
  const fields = inputFields(input)
  const readers = new Map(Array.from(fields, ([name, { schema }]) => [name, textReader(schema)]))
  const path = route.parameters.map((name) => ({ name, reader: readers.get(name) ?? textReader({}) }))
  const versionIsRequired = ifMatch !== undefined && (fields.get(ifMatch)?.required ?? false)
  return {
    assemble(parts) {
      const merging: Merging = { target: parts.body, wrong: [], fromQuery: undefined }
      if (parts.search !== '') eachParameter(parts.search, (name, value) => addFromQuery(merging, readers.get(name), name, value))
      for (let index = 0; index < path.length; index++)
        addFromPath(merging, path[index] as (typeof path)[number], parts.values[index] as string)
      if (parts.ifMatch !== undefined) {
        if (ifMatch !== undefined) addVersion(merging, ifMatch, readers.get(ifMatch), parts.ifMatch)
        else if (kind === 'command')
          throw new BanyanError('invalid_argument', 'this operation does not support If-Match; leave the header out')
      }
      if (merging.wrong.length > 0) throw invalid(merging.wrong)
      if (versionIsRequired && merging.target[ifMatch] === undefined)
        throw new BanyanError(
          'precondition_required',
          `this operation needs the version it changes; send If-Match with the ETag of what you read, or "${ifMatch}" in the body`,
        )
      return merging.target
    },
  }
}

interface Merging {
  readonly target: JsonObject
  readonly wrong: FieldError[]
  /** Names that the query string has filled: a second value adds to a list or is one too many. */
  fromQuery: Set<string> | undefined
}

/** Parameters that the operation does not know are left out: links gather them on their way. */
function addFromQuery(merging: Merging, reader: TextReader | undefined, name: string, text: string): void {
  if (reader === undefined) return
  const value = reader.read(text)
  const again = merging.fromQuery?.has(name) ?? false
  ;(merging.fromQuery ??= new Set()).add(name)
  if (value === WRONG) merging.wrong.push({ path: pointer(name), expected: reader.expected })
  else if (again && reader.list) (merging.target[name] as unknown[]).push(value)
  else if (again) merging.wrong.push({ path: pointer(name), expected: 'must be given once' })
  else if (merging.target[name] !== undefined)
    merging.wrong.push({ path: pointer(name), expected: 'must be in the body or in the query string, not in both' })
  else merging.target[name] = reader.list ? [value] : value
}

function addFromPath(merging: Merging, { name, reader }: { name: string; reader: TextReader }, encoded: string): void {
  const text = decodeSegment(encoded)
  const value = text === undefined ? WRONG : reader.read(text)
  if (value === WRONG)
    merging.wrong.push({ path: pointer(name), expected: text === undefined ? 'must be percent-encoded UTF-8' : reader.expected })
  else add(merging, name, value, 'path')
}

/** Only a strong tag names one version: a weak one or `*` would let a lost update through. */
function addVersion(merging: Merging, name: string, reader: TextReader | undefined, header: string): void {
  const text = /^"([^"]*)"$/.exec(header.trim())?.[1]
  const value = text === undefined || reader === undefined ? WRONG : reader.read(text)
  if (value === WRONG) throw new BanyanError('invalid_argument', 'If-Match must be one strong ETag as it was answered, e.g. "3"')
  add(merging, name, value, 'If-Match header')
}

function add(merging: Merging, name: string, value: unknown, where: string): void {
  const other = merging.target[name]
  if (other === undefined || other === value) merging.target[name] = value
  else merging.wrong.push({ path: pointer(name), expected: `must be the same as in the ${where}, or left out` })
}

function pointer(name: string): string {
  return `/${pointerSegment(name)}`
}

function invalid(fields: readonly FieldError[]): BanyanError {
  return new BanyanError('invalid_argument', fields.map(({ path, expected }) => `${path} ${expected}`).join('; '), { fields })
}
