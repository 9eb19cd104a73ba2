import fc, { type Arbitrary } from 'fast-check'
import type { ApiOperation } from './api-document.ts'
import type { Caller } from './callers.ts'
import type { Draft } from './draft.ts'
import type { KnownValues } from './known-values.ts'
import { fieldsOf, validValue } from './valid-value.ts'

/** One request of a sequence, before real values stand in it. */
export interface Step {
  readonly operation: ApiOperation
  readonly caller: Caller
  readonly parts: Parts
  /** Number of the flaw it is sent with; undefined: none. */
  readonly flaw: number | undefined
  /** Sent a second time, unchanged. */
  readonly twice: boolean
}

interface Parts {
  readonly path: Readonly<Record<string, unknown>>
  readonly query: Readonly<Record<string, unknown>>
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

const REQUESTS_BEFORE_MAX = 3
/** Numbers of flaws; more than any operation has. */
const FLAWS_MAX = 1_000
/** Share of flawed requests in a sequence: few before the last, because what is refused makes nothing exist. */
const FLAWED_BEFORE = 0.1
const FLAWED_LAST = 0.5
const STRANGE_HEADERS = {
  prefer: fc.constantFrom('wait=0', 'wait=1', 'wait=-1', 'wait=x', 'respond-async', 'wait=1, wait=2', ','),
  accept: fc.constantFrom('*/*', 'text/html', 'application/xml;q=0.1', '', ';;;'),
  traceparent: fc.constantFrom('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', '00-0-0-0', 'x', '', 'ff-'.repeat(50)),
  'x-request-id': fc.constantFrom('a-request-of-mine', 'x', 'y'.repeat(200), 'é', ''),
  'x-user-id': fc.constantFrom('admin', 'root'),
  'x-timeout-ms': fc.constantFrom('1', '-1', 'x'),
  'accept-encoding': fc.constantFrom('gzip', 'br', 'identity;q=0'),
  'transfer-encoding': fc.constantFrom('chunked'),
}

/** Sequences that end with a request of `operation`: what came before makes things exist, and makes them change. */
export function sequences(operation: ApiOperation, operations: readonly ApiOperation[], callers: readonly Caller[]): Arbitrary<Step[]> {
  const before = fc.array(
    fc.constantFrom(...operations).chain((other) => steps(other, callers, FLAWED_BEFORE)),
    { maxLength: REQUESTS_BEFORE_MAX },
  )
  return fc
    .tuple(fc.oneof({ arbitrary: fc.constant([]), weight: 3 }, { arbitrary: before, weight: 1 }), steps(operation, callers, FLAWED_LAST))
    .map(([first, last]) => [...first, last])
}

/** Requests of one operation; `flawed` (0 to 1) is the share that something is wrong with. */
export function steps(operation: ApiOperation, callers: readonly Caller[], flawed: number): Arbitrary<Step> {
  const privileged = callers.filter(({ name }) => name === 'admin' || name === 'ann')
  return fc.record({
    operation: fc.constant(operation),
    caller: fc.oneof(fc.constantFrom(...callers), fc.constantFrom(...privileged)),
    parts: parts(operation),
    flaw: fc.oneof(
      { withCrossShrink: true }, // a request without a flaw is the simpler one
      { arbitrary: fc.constant(undefined), weight: Math.round(100 * (1 - flawed)) },
      { arbitrary: fc.noBias(fc.nat(FLAWS_MAX)), weight: Math.round(100 * flawed) },
    ),
    twice: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
  })
}

function parts({ parameters, body, tag }: ApiOperation): Arbitrary<Parts> {
  const values = (where: 'path' | 'query'): Arbitrary<Record<string, unknown>> => {
    const own = parameters.filter((parameter) => parameter.in === where)
    const required = own.filter((parameter) => parameter.required).map(({ name }) => name)
    return fieldsOf(
      own.map(({ name, schema }) => [name, schema] as const),
      required,
      tag,
    )
  }
  return fc.record(
    {
      path: values('path'),
      query: values('query'),
      headers: headers(parameters.filter((parameter) => parameter.in === 'header').map(({ name }) => name)),
      ...(body ? { body: validValue(body.schema, '', tag) } : {}),
    },
    { requiredKeys: body?.required === false ? ['path', 'query', 'headers'] : (undefined as never) },
  ) as Arbitrary<Parts>
}

function headers(names: readonly string[]): Arbitrary<Record<string, string>> {
  // Unbiased: the smallest UUID again and again would be one key for different requests.
  const key = fc.oneof(
    { arbitrary: fc.noBias(fc.uuid()), weight: 6 },
    { arbitrary: fc.constantFrom('a-key-used-before', '!', 'x'.repeat(255)), weight: 1 },
  )
  const version = fc.integer({ min: 1, max: 4 }).map((number) => `"${number}"`)
  const keyed = names.includes('Idempotency-Key') ? fc.record({ 'idempotency-key': key }) : fc.constant({})
  const versioned = names.includes('If-Match') ? fc.option(fc.record({ 'if-match': version }), { nil: {} }) : fc.constant({})
  const strange = fc.oneof(
    { arbitrary: fc.constant({}), weight: 3 },
    { arbitrary: fc.record(STRANGE_HEADERS, { requiredKeys: [] }) as Arbitrary<Record<string, string>>, weight: 1 },
  )
  return fc.tuple(keyed, versioned, strange).map(([first, second, more]) => ({ ...more, ...first, ...second }))
}

/** Puts real values into a step and writes texts where texts go. */
export function draftOf({ parts: { path, query, headers: own, ...rest } }: Step, known: KnownValues): Draft {
  const resolved = known.resolve({ path, query, ...rest }) as Parts
  return {
    path: Object.fromEntries(Object.entries(resolved.path).map(([name, value]) => [name, String(value)])),
    query: Object.entries(resolved.query).flatMap(([name, value]) => [value].flat().map((item): [string, string] => [name, String(item)])),
    headers: own,
    ...('body' in resolved ? { body: resolved.body } : {}),
  }
}
