import { misuse } from '../kernel/error.ts'
import { isRecord, type Loose, onlyParts, partsOf, shownValue } from '../kernel/form.ts'
import { isPlainPath } from './route.ts'
import type { OwnerAccess, RoleAccess, UserAccess } from './access.ts'

// Owns: that a declaration has the form that its type says. TypeScript says it first; plain JavaScript and `as any` are told here.

const KINDS = ['query', 'command'] as const
const IDEMPOTENCY = ['optional', 'required', 'none'] as const
/** Statuses of a success; 201 goes with `created`. */
const STATUSES = [200, 201, 202, 204] as const
const RETRIES = ['never', 'safe'] as const
/** What is said of a form that is wrong altogether. */
const DECLARE = "declare it with query('GET /api/…', { input, output, access }) or command('POST /api/…', { … })"
const DECLARE_AUDIT = 'declare it with audit({ input: Type.Object({}), output: Type.Object({ … }) })'
const DECLARE_EVENT = "declare it with event({ key: 'id', data: Type.Object({ id: Type.String() }) })"
const ACCESS =
  "'public', 'user', 'internal', { roles: ['admin'] }, { owner: 'userId' }, { owner: 'userId', roles: ['admin'] } or { user: true, roles: ['admin'] }"
const ACCESS_WORDS = ['public', 'user', 'internal'] as const
const ACCESS_PARTS = partsOf<UserAccess & RoleAccess & OwnerAccess>({ user: true, owner: true, roles: true })

/** Throws `misuse` for parts that `query` or `command` does not have: most are misspelt, and would be missing in silence. */
export function checkParts(kind: 'query' | 'command', route: string, spec: unknown, parts: readonly string[]): void {
  const label = `${kind} "${route}"`
  if (!isRecord(spec)) misuse(`${label}: its second part is ${shownValue(spec)}; give { input, output, access }`)
  onlyParts(label, spec, parts)
}

/** Throws `misuse` for an operation of a form that is none: it would only show at a request, or refuse everybody. */
export function checkForm(label: string, operation: unknown): void {
  if (!isRecord(operation) || !isRecord(operation['route'])) misuse(`${label} is ${shownValue(operation)}; ${DECLARE}`)
  const { kind, input, output, errors, access, timeoutMs, concurrencyMax, idempotency, summary, created, status, ifMatch } = operation
  oneOf(label, 'kind', kind, KINDS)
  checkSchema(label, 'input', input, 'Type.Object({})')
  checkSchema(label, 'output', output, 'Type.Object({})')
  checkAccessForm(label, access)
  checkErrors(label, errors)
  checkTimeout(label, timeoutMs)
  if (concurrencyMax !== undefined && !(Number.isInteger(concurrencyMax) && (concurrencyMax as number) > 0))
    misuse(`${label}: concurrencyMax is ${shownValue(concurrencyMax)}; give a whole number of calls above 0, or leave it out`)
  oneOf(label, 'idempotency', idempotency, IDEMPOTENCY)
  oneOf(label, 'status', status, STATUSES)
  optionalText(label, 'summary', summary)
  optionalText(label, 'ifMatch', ifMatch)
  optionalText(label, 'created', created)
  if (typeof created === 'string' && !isPlainPath(created))
    misuse(`${label}: created is ${shownValue(created)}; give a path, e.g. "/api/orders/:id"`)
}

/** Throws `misuse` for an access rule that is none, or that lets nobody in. */
export function checkAccessForm(label: string, access: unknown): void {
  if (access === undefined) misuse(`${label} has no access: say who may call it, as access: ${ACCESS}`)
  if (ACCESS_WORDS.includes(access as 'user')) return
  if (!isRecord(access)) misuse(`${label}: access is ${shownValue(access)}; it must be ${ACCESS}`)
  onlyParts(`${label}: access`, access, ACCESS_PARTS)
  const { user, owner, roles } = access
  const named = roles === undefined ? [] : roles
  if (!Array.isArray(named) || !named.every((role) => typeof role === 'string' && role !== ''))
    misuse(`${label}: the roles of access are ${shownValue(roles)}; give a list of names, e.g. roles: ['admin']`)
  if (owner !== undefined && (typeof owner !== 'string' || owner === ''))
    misuse(`${label}: the owner of access is ${shownValue(owner)}; give the name of a field of the input, e.g. owner: 'userId'`)
  if (user !== undefined && user !== true) misuse(`${label}: user of access is ${shownValue(user)}; write user: true, or leave it out`)
  if (user === true && owner !== undefined) misuse(`${label}: access is for every user and for an owner; leave one out: ${ACCESS}`)
  if (user === undefined && owner === undefined && named.length === 0)
    misuse(`${label}: access ${shownValue(access)} lets nobody in; name roles, or write 'internal' for other services alone`)
}

/** Throws `misuse` for parts that `audit` does not have. */
export function checkAuditParts(spec: unknown, parts: readonly string[]): void {
  if (!isRecord(spec)) misuse(`an audit query is ${shownValue(spec)}; ${DECLARE_AUDIT}`)
  onlyParts('an audit query', spec, parts)
}

/** Throws `misuse` for an audit query of a form that is none. */
export function checkAuditForm(label: string, definition: unknown): void {
  if (!isRecord(definition) || definition['kind'] !== 'audit') misuse(`${label} is ${shownValue(definition)}; ${DECLARE_AUDIT}`)
  const { input, output, timeoutMs } = definition
  checkSchema(label, 'input', input, 'Type.Object({})')
  checkSchema(label, 'output', output, 'Type.Object({})')
  checkTimeout(label, timeoutMs)
}

/** Throws `misuse` for parts that `event` does not have. */
export function checkEventParts(spec: unknown, parts: readonly string[]): void {
  if (!isRecord(spec)) misuse(`an event is ${shownValue(spec)}; ${DECLARE_EVENT}`)
  onlyParts(`event with key ${shownValue(spec['key'])}`, spec, parts)
}

/** Throws `misuse` for an event of a form that is none. */
export function checkEventForm(label: string, definition: unknown): void {
  if (!isRecord(definition)) misuse(`${label} is ${shownValue(definition)}; ${DECLARE_EVENT}`)
  const { key, data, version, summary, upgrade } = definition
  if (typeof key !== 'string') misuse(`${label}: key is ${shownValue(key)}; give the name of the field by which events stay in order`)
  checkSchema(label, 'data', data, 'Type.Object({ id: Type.String() })')
  if (!Number.isSafeInteger(version) || (version as number) < 1)
    misuse(`${label}: version is ${shownValue(version)}; give a whole number from 1 on`)
  optionalText(label, 'summary', summary)
  if (upgrade !== undefined && typeof upgrade !== 'function')
    misuse(`${label}: upgrade is ${shownValue(upgrade)}; give a function of what was stored`)
}

/** Throws `misuse` for parts that `contract` does not have, and for lists of it that are none. */
export function checkContractForm(name: unknown, spec: unknown, parts: readonly string[]): void {
  if (typeof name !== 'string') misuse(`the name of a contract is ${shownValue(name)}; give a text, e.g. contract('orders', { … })`)
  const label = `contract "${name}"`
  if (!isRecord(spec)) misuse(`${label}: its second part is ${shownValue(spec)}; give { operations, events }`)
  onlyParts(label, spec, parts)
  for (const part of parts) if (spec[part] !== undefined) checkByName(label, part, spec[part])
}

/** Throws `misuse` for what is no plain object. Written as a name in an object, `__proto__` makes its value the prototype: it would be missing in silence. */
function checkByName(label: string, part: string, value: unknown): asserts value is Loose {
  if (!isRecord(value)) misuse(`${label}: ${part} is ${shownValue(value)}; give an object, by name`)
  if (![Object.prototype, null].includes(Object.getPrototypeOf(value) as null))
    misuse(`${label}: ${part} has a prototype; give a plain object, by name, and name nothing in it "__proto__"`)
}

function checkErrors(label: string, errors: unknown): void {
  if (!isRecord(errors)) misuse(`${label}: errors is ${shownValue(errors)}; give an object: code to schema`)
  checkByName(label, 'errors', errors)
  for (const [code, declared] of Object.entries(errors)) {
    const what = `error "${code}"`
    const whole = isRecord(declared) && 'status' in declared && 'data' in declared
    checkSchema(label, what, whole ? declared['data'] : declared, 'Type.Object({})')
    if (!whole) continue
    oneOf(label, `retry of ${what}`, declared['retry'], RETRIES)
    optionalText(label, `detail of ${what}`, declared['detail'])
  }
}

/** Schemas are plain objects of JSON Schema; those of other libraries have classes, and would be taken for schemas that allow everything. */
function checkSchema(label: string, what: string, schema: unknown, example: string): void {
  if (schema === undefined) misuse(`${label} has no ${what}: give a schema, e.g. ${example}`)
  if (!isRecord(schema) || Object.getPrototypeOf(schema) !== Object.prototype)
    misuse(`${label}: ${what} is ${shownValue(schema)}, which is no JSON Schema; make one with Type of banyan, e.g. ${example}`)
}

function checkTimeout(label: string, timeoutMs: unknown): void {
  if (typeof timeoutMs !== 'number' || !(timeoutMs > 0))
    misuse(`${label}: timeoutMs is ${shownValue(timeoutMs)}; give milliseconds above 0`)
}

function oneOf(label: string, what: string, value: unknown, allowed: readonly (string | number)[]): void {
  if (!allowed.includes(value as string)) misuse(`${label}: ${what} is ${shownValue(value)}; it must be one of ${allowed.join(', ')}`)
}

function optionalText(label: string, what: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'string') misuse(`${label}: ${what} is ${shownValue(value)}; give a text`)
}
