import { misuse } from '../kernel/error.ts'
import { nearest } from '../kernel/nearest.ts'

// Owns: that a declaration has the form that its type says. TypeScript says it first; plain JavaScript and `as any` are told here.

/** Parts that every operation may have. */
const PARTS = ['input', 'output', 'errors', 'access', 'summary', 'timeoutMs', 'concurrencyMax'] as const
/** Parts that only commands have. */
const COMMAND_PARTS = ['idempotency', 'created', 'status', 'ifMatch'] as const
const KINDS = ['query', 'command'] as const
const IDEMPOTENCY = ['optional', 'required', 'none'] as const
/** Statuses of a success; 201 goes with `created`. */
const STATUSES = [200, 201, 202, 204] as const
const RETRIES = ['never', 'safe'] as const
/** What is said of a form that is wrong altogether. */
const DECLARE = "declare it with query('GET /api/…', { input, output, access }) or command('POST /api/…', { … })"
const DECLARE_EVENT = "declare it with event({ key: 'id', data: Type.Object({ id: Type.String() }) })"
const ACCESS =
  "'public', 'user', 'internal', { roles: ['admin'] }, { owner: 'userId' }, { owner: 'userId', roles: ['admin'] } or { user: true, roles: ['admin'] }"
const ACCESS_WORDS = ['public', 'user', 'internal'] as const
const ACCESS_PARTS = ['user', 'owner', 'roles'] as const
const EVENT_PARTS = ['key', 'data', 'version', 'summary', 'upgrade'] as const
const CONTRACT_PARTS = ['schemas', 'operations', 'events'] as const
/** Longest value that is shown. */
const SHOWN_LENGTH_MAX = 80

type Loose = Readonly<Record<string, unknown>>

/** Throws `misuse` for parts that `query` or `command` does not know: most are misspelt, and would be missing in silence. */
export function checkParts(kind: 'query' | 'command', route: string, spec: unknown): void {
  const label = `${kind} "${route}"`
  if (!isRecord(spec)) misuse(`${label}: its second part is ${shown(spec)}; give { input, output, access }`)
  onlyParts(label, spec, kind === 'query' ? PARTS : [...PARTS, ...COMMAND_PARTS])
}

/** Throws `misuse` for an operation of a form that is none: it would only show at a request, or refuse everybody. */
export function checkForm(label: string, operation: unknown): void {
  if (!isRecord(operation) || !isRecord(operation['route'])) misuse(`${label} is ${shown(operation)}; ${DECLARE}`)
  const { kind, input, output, errors, access, timeoutMs, concurrencyMax, idempotency, summary, created, status, ifMatch } = operation
  oneOf(label, 'kind', kind, KINDS)
  checkSchema(label, 'input', input, 'Type.Object({})')
  checkSchema(label, 'output', output, 'Type.Object({})')
  checkAccessForm(label, access)
  checkErrors(label, errors)
  if (typeof timeoutMs !== 'number' || !(timeoutMs > 0)) misuse(`${label}: timeoutMs is ${shown(timeoutMs)}; give milliseconds above 0`)
  if (concurrencyMax !== undefined && !(Number.isInteger(concurrencyMax) && (concurrencyMax as number) > 0))
    misuse(`${label}: concurrencyMax is ${shown(concurrencyMax)}; give a whole number of calls above 0, or leave it out`)
  oneOf(label, 'idempotency', idempotency, IDEMPOTENCY)
  oneOf(label, 'status', status, STATUSES)
  optionalText(label, 'summary', summary)
  optionalText(label, 'ifMatch', ifMatch)
  optionalText(label, 'created', created)
  if (typeof created === 'string' && !created.startsWith('/'))
    misuse(`${label}: created is "${created}"; give a path, e.g. "/api/orders/:id"`)
}

/** Throws `misuse` for an access rule that is none, or that lets nobody in. */
export function checkAccessForm(label: string, access: unknown): void {
  if (access === undefined) misuse(`${label} has no access: say who may call it, as access: ${ACCESS}`)
  if (ACCESS_WORDS.includes(access as 'user')) return
  if (!isRecord(access)) misuse(`${label}: access is ${shown(access)}; it must be ${ACCESS}`)
  onlyParts(`${label}: access`, access, ACCESS_PARTS)
  const { user, owner, roles } = access
  const named = roles === undefined ? [] : roles
  if (!Array.isArray(named) || !named.every((role) => typeof role === 'string' && role !== ''))
    misuse(`${label}: the roles of access are ${shown(roles)}; give a list of names, e.g. roles: ['admin']`)
  if (owner !== undefined && (typeof owner !== 'string' || owner === ''))
    misuse(`${label}: the owner of access is ${shown(owner)}; give the name of a field of the input, e.g. owner: 'userId'`)
  if (user !== undefined && user !== true) misuse(`${label}: user of access is ${shown(user)}; write user: true, or leave it out`)
  if (user === true && owner !== undefined) misuse(`${label}: access is for every user and for an owner; leave one out: ${ACCESS}`)
  if (user === undefined && owner === undefined && named.length === 0)
    misuse(`${label}: access ${shown(access)} lets nobody in; name roles, or write 'internal' for other services alone`)
}

/** Throws `misuse` for parts that `event` does not know. */
export function checkEventParts(spec: unknown): void {
  if (!isRecord(spec)) misuse(`an event is ${shown(spec)}; ${DECLARE_EVENT}`)
  onlyParts(`event with key ${shown(spec['key'])}`, spec, EVENT_PARTS)
}

/** Throws `misuse` for an event of a form that is none. */
export function checkEventForm(label: string, definition: unknown): void {
  if (!isRecord(definition)) misuse(`${label} is ${shown(definition)}; ${DECLARE_EVENT}`)
  const { key, data, version, summary, upgrade } = definition
  if (typeof key !== 'string') misuse(`${label}: key is ${shown(key)}; give the name of the field by which events stay in order`)
  checkSchema(label, 'data', data, 'Type.Object({ id: Type.String() })')
  if (!Number.isSafeInteger(version) || (version as number) < 1)
    misuse(`${label}: version is ${shown(version)}; give a whole number from 1 on`)
  optionalText(label, 'summary', summary)
  if (upgrade !== undefined && typeof upgrade !== 'function')
    misuse(`${label}: upgrade is ${shown(upgrade)}; give a function of what was stored`)
}

/** Throws `misuse` for parts that `contract` does not know, and for lists of it that are none. */
export function checkContractForm(name: unknown, spec: unknown): void {
  if (typeof name !== 'string') misuse(`the name of a contract is ${shown(name)}; give a text, e.g. contract('orders', { … })`)
  const label = `contract "${name}"`
  if (!isRecord(spec)) misuse(`${label}: its second part is ${shown(spec)}; give { operations, events }`)
  onlyParts(label, spec, CONTRACT_PARTS)
  for (const part of CONTRACT_PARTS)
    if (spec[part] !== undefined && !isRecord(spec[part])) misuse(`${label}: ${part} is ${shown(spec[part])}; give an object, by name`)
}

function checkErrors(label: string, errors: unknown): void {
  if (!isRecord(errors)) misuse(`${label}: errors is ${shown(errors)}; give an object: code to schema`)
  for (const [code, declared] of Object.entries(errors)) {
    const what = `error "${code}"`
    const whole = isRecord(declared) && 'status' in declared && 'data' in declared
    checkSchema(label, what, whole ? declared['data'] : declared, 'Type.Object({})')
    if (whole) oneOf(label, `retry of ${what}`, declared['retry'], RETRIES)
  }
}

/** Schemas are plain objects of JSON Schema; those of other libraries have classes, and would be taken for schemas that allow everything. */
function checkSchema(label: string, what: string, schema: unknown, example: string): void {
  if (schema === undefined) misuse(`${label} has no ${what}: give a schema, e.g. ${example}`)
  if (!isRecord(schema) || Object.getPrototypeOf(schema) !== Object.prototype)
    misuse(`${label}: ${what} is ${shown(schema)}, which is no JSON Schema; make one with Type of banyan, e.g. ${example}`)
}

function onlyParts(label: string, value: Loose, parts: readonly string[]): void {
  for (const part of Object.keys(value)) {
    if (parts.includes(part)) continue
    const meant = nearest(part, parts)
    misuse(
      `${label} has "${part}", which is none of ${parts.join(', ')}${meant === undefined ? '; leave it out' : `; did you mean "${meant}"?`}`,
    )
  }
}

function oneOf(label: string, what: string, value: unknown, allowed: readonly (string | number)[]): void {
  if (!allowed.includes(value as string)) misuse(`${label}: ${what} is ${shown(value)}; it must be one of ${allowed.join(', ')}`)
}

function optionalText(label: string, what: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'string') misuse(`${label}: ${what} is ${shown(value)}; give a text`)
}

function isRecord(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function shown(value: unknown): string {
  if (value === undefined) return 'undefined'
  if (typeof value === 'function') return value.name === '' ? 'a function' : `the function ${value.name}`
  if (isRecord(value) && ![Object.prototype, null].includes(Object.getPrototypeOf(value) as null))
    return `a ${value.constructor?.name ?? 'class'}`
  let text: string
  try {
    text = JSON.stringify(value) ?? typeof value
  } catch {
    text = `a ${typeof value}`
  }
  return text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text
}
