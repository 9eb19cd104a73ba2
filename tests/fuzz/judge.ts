import type { ApiAnswer, ApiOperation, Schema } from './api-document.ts'
import { fits } from './schema-breaks.ts'
import type { WireAnswer } from './wire-client.ts'

/** What must be true of an answer besides what the document says. */
export interface Expectation {
  /** Why the request must be refused; undefined where it may succeed. */
  readonly wrong: string | undefined
  /** Nobody who has a right sent it. */
  readonly stranger: boolean
}

const PROBLEM_TYPE = 'application/problem+json'
const HEAD_TOO_LARGE = 431
/** What callers must not see: stacks, files, statements. */
const INSIDE = /node_modules|\.ts:\d|\bat [\w.]+ \(|SQLITE|sqlite|\bpg_|SELECT |INSERT INTO/

/** Says what is wrong with an answer; empty when all is as declared. */
export function complaints(operation: ApiOperation, { wrong, stranger }: Expectation, answer: WireAnswer): string[] {
  const { status } = answer
  if (status === 500) return [`answered 500: ${answer.text.slice(0, 300)}`]
  const declared = operation.answers.get(status)
  if (!declared) return [`status ${status} is not declared: ${answer.text.slice(0, 300)}`]
  if (wrong !== undefined && (status < 400 || status > 499)) return [`must be refused (${wrong}), but was answered ${status}`]
  if (stranger && !operation.open && (status < 400 || status > 499))
    return [`needs a signed-in user, but a stranger was answered ${status}`]
  return [...bodyComplaints(declared, answer), ...headerComplaints(declared, answer), ...(status >= 400 ? problemComplaints(answer) : [])]
}

function bodyComplaints({ type, schema }: ApiAnswer, { text, headers }: WireAnswer): string[] {
  if (type === undefined) return text === '' ? [] : [`has a body where none is declared: ${text.slice(0, 100)}`]
  const sent = (headers['content-type'] ?? '').split(';')[0]
  if (sent !== type) return [`is sent as "${sent}", but "${type}" is declared`]
  const body = parsed(text)
  if (body === undefined) return [`is no JSON: ${text.slice(0, 100)}`]
  if (schema === undefined) return []
  if (!fits(schema, body)) return [`has another shape than declared: ${text.slice(0, 600)}`]
  return undeclaredNames(schema, body, '').map((name) => `has a field that is not declared: ${name}`)
}

function headerComplaints({ headers: declared }: ApiAnswer, { headers, status }: WireAnswer): string[] {
  const missing = declared.filter((name) => name !== 'Banyan-Token' && headers[name.toLowerCase()] === undefined)
  return [
    ...missing.map((name) => `lacks the declared header ${name}`),
    // a head that is too large was never read as a request
    ...(headers['x-request-id'] || status === HEAD_TOO_LARGE ? [] : ['has no x-request-id']),
  ]
}

function problemComplaints({ status, headers, text }: WireAnswer): string[] {
  if (!headers['content-type']?.startsWith(PROBLEM_TYPE)) return ['is no problem document']
  const body = parsed(text) as { status?: unknown; detail?: unknown; requestId?: unknown }
  return [
    ...(body.status === status ? [] : [`says status ${String(body.status)} inside and ${status} outside`]),
    ...(typeof body.detail === 'string' && body.detail !== '' ? [] : ['explains nothing']),
    ...(body.requestId === undefined || body.requestId === headers['x-request-id'] ? [] : ['names another request than its header']),
    ...(INSIDE.test(text) ? [`tells of the inside: ${text.slice(0, 300)}`] : []),
  ]
}

/** Fields that no part of a schema names, where it names any. */
function undeclaredNames(schema: Schema, value: unknown, at: string): string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => undeclaredNames(schema.items ?? {}, item, `${at}/${index}`))
  if (typeof value !== 'object' || value === null) return []
  const parts = partsOf(schema, value)
  if (
    parts.some(({ patternProperties, additionalProperties }) => patternProperties !== undefined || typeof additionalProperties === 'object')
  )
    return []
  const named = Object.assign({}, ...parts.map(({ properties }) => properties)) as Record<string, Schema>
  if (Object.keys(named).length === 0) return []
  return Object.entries(value).flatMap(([name, item]) =>
    named[name] ? undeclaredNames(named[name], item, `${at}/${name}`) : [`${at}/${name}`],
  )
}

/** The parts of a schema that speak about a value: all that are joined, and the alternatives it keeps. */
function partsOf(schema: Schema, value: unknown): Schema[] {
  const alternatives = (schema.anyOf ?? schema.oneOf ?? []).filter((part) => fits(part, value))
  return [schema, ...[...(schema.allOf ?? []), ...alternatives].flatMap((part) => partsOf(part, value))]
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
