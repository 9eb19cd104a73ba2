import type { TSchema } from 'typebox'
import { ERROR_CODES, type ErrorCode } from '../../kernel/error.ts'
import { declaredError } from '../failure.ts'
import { inputFields } from './openapi-input.ts'
import type { OperationDefinition } from '../operation.ts'

/** A part of an OpenAPI document. */
export type Json31 = Readonly<Record<string, unknown>>

/** Answers that several operations share, by name. */
export type SharedResponses = Map<string, Json31>

/**
 * Answers of an operation that are no success, by status: what its contract declares and what can happen to any request.
 * The latter stand in `shared`, and are only referred to.
 */
export function problemResponses(operation: OperationDefinition, shared: SharedResponses): Record<string, Json31> {
  const declared = Map.groupBy(
    Object.keys(operation.errors).map((code) => ({
      code,
      ...(declaredError(operation.errors, code) as { status: number; data: TSchema }),
    })),
    ({ status }) => status,
  )
  const standard = Map.groupBy(standardCodes(operation), (code) => ERROR_CODES[code].status as number)
  const statuses = [...new Set([...declared.keys(), ...standard.keys()])].toSorted((first, second) => first - second)
  return Object.fromEntries(
    statuses.map((status) => {
      const codes = standard.get(status) ?? []
      if (!declared.has(status)) return [String(status), sharedResponse(codes, shared)]
      const own = (declared.get(status) ?? []).map(({ code, data }) => declaredSchema(code, data))
      const schemas = [...own, ...(codes.length === 0 ? [] : [codesSchema(codes)])]
      const names = [...(declared.get(status) ?? []).map(({ code }) => code), ...codes]
      return [String(status), problem(names.join(', '), schemas.length === 1 ? (schemas[0] as Json31) : { anyOf: schemas })]
    }),
  )
}

function sharedResponse(codes: readonly ErrorCode[], shared: SharedResponses): Json31 {
  const name = codes.join('.')
  if (!shared.has(name)) shared.set(name, problem(codes.join(', '), codesSchema(codes)))
  return { $ref: `#/components/responses/${name}` }
}

function standardCodes({ access, input, kind, route, idempotency, ifMatch }: OperationDefinition): ErrorCode[] {
  const keyed = kind === 'command' && idempotency !== 'none'
  return [
    'invalid_argument',
    // A body is read wherever one may come, also where the operation needs none.
    ...(route.method !== 'GET' ? (['malformed_json', 'request_timeout', 'payload_too_large', 'unsupported_media_type'] as const) : []),
    ...(access === 'public' ? [] : (['unauthenticated'] as const)),
    // Any field may name something that is not there or not for the caller, also in the query string; so does the caller's token.
    ...(access === 'public' && inputFields(input).size === 0 ? [] : (['permission_denied', 'not_found'] as const)),
    ...(kind === 'command' ? (['failed_precondition'] as const) : []),
    ...(keyed ? (['idempotency_in_progress', 'idempotency_mismatch'] as const) : []),
    ...(idempotency === 'required' ? (['idempotency_key_required'] as const) : []),
    ...(ifMatch === undefined ? [] : (['version_mismatch', 'precondition_required'] as const)),
    'uri_too_long',
    'expectation_failed',
    'misdirected',
    'rate_limited',
    'headers_too_large',
    'internal',
    'unavailable',
    'overloaded',
    'storage_full',
    'data_damaged',
    'deadline_exceeded',
    'outcome_unknown',
  ]
}

function declaredSchema(code: string, data: TSchema): Json31 {
  return { allOf: [PROBLEM, { type: 'object', properties: { code: { const: code }, data }, required: ['data'] }] }
}

function codesSchema(codes: readonly ErrorCode[]): Json31 {
  return { allOf: [PROBLEM, { type: 'object', properties: { code: { enum: codes } } }] }
}

function problem(description: string, schema: Json31): Json31 {
  return { description, content: { 'application/problem+json': { schema } } }
}

const PROBLEM: Json31 = { $ref: '#/components/schemas/Problem' }

/** What all operations refer to. */
export function standardComponents(shared: SharedResponses): Json31 {
  return {
    responses: Object.fromEntries(shared),
    schemas: { Problem: problemSchema() },
    parameters: {
      IdempotencyKey: header(
        'Idempotency-Key',
        false,
        'Makes the command run once however often it is sent; a new UUID for each intent.',
        KEY,
      ),
      IdempotencyKeyRequired: header(
        'Idempotency-Key',
        true,
        'Makes the command run once however often it is sent; a new UUID for each intent.',
        KEY,
      ),
      IfMatch: {
        ...header('If-Match', false, 'ETag of what is changed, e.g. `"3"`; the command is refused when it has changed since.', {
          type: 'string',
        }),
        example: '"1"', // of what was just made; without any, the command is refused unless its body has the version
      },
      Prefer: header('Prefer', false, '`wait=N`: wait up to N seconds (at most 30) for a settled answer.', {
        type: 'string',
        examples: ['wait=5'],
      }),
      BanyanAfter: header('Banyan-After', false, '`Banyan-Token` of an earlier answer: read what that command wrote.', { type: 'string' }),
    },
    headers: {
      Location: { description: 'Path of what was created', schema: { type: 'string' } },
      ETag: { description: 'Version of what was answered, for If-Match', schema: { type: 'string' } },
      BanyanToken: { description: 'Names the write, for Banyan-After', schema: { type: 'string' } },
    },
    securitySchemes: {
      bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
    },
  }
}

const KEY: Json31 = { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' }

function header(name: string, required: boolean, description: string, schema: Json31): Json31 {
  return { name, in: 'header', required, description, schema }
}

function problemSchema(): Json31 {
  return {
    description: 'A problem document (RFC 9457)',
    type: 'object',
    required: ['type', 'title', 'status', 'code', 'detail', 'retry'],
    properties: {
      type: { type: 'string', format: 'uri' },
      title: { type: 'string' },
      status: { type: 'integer' },
      code: { type: 'string', description: 'Stable; decide by it' },
      detail: { type: 'string', description: 'For people' },
      retry: {
        enum: ['never', 'safe', 'unknown'],
        description: 'Whether trying again can help; `unknown`: only with the same Idempotency-Key',
      },
      requestId: { type: 'string' },
      traceId: { type: 'string' },
      errors: {
        type: 'array',
        items: {
          type: 'object',
          required: ['pointer', 'detail'],
          properties: { pointer: { type: 'string', description: 'JSON pointer of the wrong field' }, detail: { type: 'string' } },
        },
      },
      data: { description: 'Typed data of an error that the operation declares' },
    },
  }
}
