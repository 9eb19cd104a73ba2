import type { ApiOperation, ApiParameter } from './api-document.ts'
import { fits } from './schema-breaks.ts'

/** A request before it is written down. */
export interface Draft {
  /** Decoded values by name. */
  readonly path: Readonly<Record<string, string>>
  /** Names and texts in order; a list repeats its name. */
  readonly query: readonly (readonly [string, string])[]
  readonly headers: Readonly<Record<string, string>>
  /** JSON unless `raw` says what is sent instead. */
  readonly body?: unknown
  readonly raw?: string | Buffer
}

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | undefined
}

/** Writes a draft down. */
export function wireRequest({ method, path }: ApiOperation, draft: Draft): WireRequest {
  const target = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encoded(draft.path[name] ?? ''))
  const search = draft.query.map(([name, text]) => `${encoded(name)}=${encoded(text)}`).join('&')
  const body = bodyOf(draft)
  return {
    method,
    target: search === '' ? target : `${target}?${search}`,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...draft.headers },
    body,
  }
}

function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

function bodyOf({ body, raw }: Draft): Buffer | undefined {
  if (raw !== undefined) return Buffer.from(raw)
  return body === undefined ? undefined : Buffer.from(JSON.stringify(body))
}

/** Says why a draft must be refused by what the document says of its parts; undefined where nothing is known to be wrong with it. */
export function knownToBeWrong(operation: ApiOperation, draft: Draft): string | undefined {
  for (const parameter of operation.parameters) {
    const problem = parameterProblem(parameter, draft)
    if (problem !== undefined) return `${parameter.in} ${parameter.name}: ${problem}`
  }
  if (draft.raw !== undefined || operation.body === undefined) return undefined
  const { schema, required } = operation.body
  if (draft.body === undefined) return required ? 'the body is missing' : undefined
  // The path names some fields of the input again; whether the two agree is not the schema's to say.
  return fits(schema, draft.body) ? undefined : 'the body does not keep its schema'
}

function parameterProblem({ name, in: where, required, schema }: ApiParameter, draft: Draft): string | undefined {
  if (where === 'header') {
    const text = Object.entries(draft.headers).find(([header]) => header.toLowerCase() === name.toLowerCase())?.[1]
    if (text === undefined) return required ? 'missing' : undefined
    return fits(schema, text) ? undefined : 'against its schema'
  }
  const texts = where === 'path' ? [draft.path[name] ?? ''] : draft.query.filter(([other]) => other === name).map(([, text]) => text)
  if (texts.length === 0) return required ? 'missing' : undefined
  if (where === 'path' && texts[0] === '') return 'empty'
  if (texts.length > 1 && schema.type !== 'array') return 'given twice'
  return texts.every((text) => readings(schema, text).some((value) => fits(schema, value))) ? undefined : 'against its schema'
}

/** What a text of a path or a query string may mean. */
function readings(schema: ApiParameter['schema'], text: string): unknown[] {
  const well = text.toWellFormed()
  const read = [well, ...(well === 'true' ? [true] : well === 'false' ? [false] : []), ...(well.trim() === '' ? [] : [Number(well)])]
  return schema.type === 'array' ? read.map((value) => [value]) : read
}
