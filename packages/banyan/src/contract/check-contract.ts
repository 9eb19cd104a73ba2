import { isErrorCode, misuse } from '../kernel/error.ts'
import { onlyParts, partsOf } from '../kernel/form.ts'
import { assertName, NAMES } from '../kernel/name.ts'
import { checkFits, checkReach } from './check-reach.ts'
import { checkEventForm, checkForm } from './check-spec.ts'
import type { EventDefinition } from './event.ts'
import { declaredError } from './failure.ts'
import { type FieldFacts, fieldFacts } from './field-facts.ts'
import type { DeclaredError, OperationDefinition } from './operation.ts'

const ERROR_PARTS = partsOf<DeclaredError>({ data: true, status: true, retry: true, detail: true })
/** Types that a segment of a path can carry. */
const SCALARS: ReadonlySet<string> = new Set(['string', 'number', 'integer', 'boolean'])
const TEXT: ReadonlySet<string> = new Set(['string'])
const VERSIONS: ReadonlySet<string> = new Set(['string', 'number', 'integer'])

/**
 * Throws `misuse` for a declaration of a form that is none, and for what it says about fields that are not there: it would only show at a request.
 * `label` is `<service>.<operation>`.
 */
export function checkOperation(label: string, operation: OperationDefinition): void {
  checkForm(label, operation)
  const { route, input, output, access, created, ifMatch, errors } = operation
  route.parameters.forEach((name, index) => {
    if (route.parameters.indexOf(name) !== index) misuse(`${label}: the path ${route.path} has ":${name}" twice; rename one`)
    expectField(label, `path parameter ":${name}"`, fieldFacts(input, name), { in: 'input', types: SCALARS, required: true })
  })
  if (typeof access === 'object' && 'owner' in access)
    expectField(label, `owner "${access.owner}"`, fieldFacts(input, access.owner), { in: 'input', types: TEXT, required: false })
  for (const name of created?.split('/').filter((part) => part.startsWith(':')) ?? [])
    expectField(label, `"${name}" of created`, fieldFacts(output, name.slice(1)), { in: 'output', types: SCALARS, required: true })
  if (ifMatch !== undefined)
    expectField(label, `ifMatch "${ifMatch}"`, fieldFacts(input, ifMatch), { in: 'input', types: VERSIONS, required: false })
  checkReach(label, operation)
  for (const code of Object.keys(errors)) checkError(label, code, declaredError(errors, code))
}

/** Throws `misuse` for an event whose key is not in its data, or not always, or not a text: its order could not be kept. */
export function checkEvent(contract: string, type: string, definition: EventDefinition): void {
  const label = `event ${type} of ${contract}`
  checkEventForm(label, definition)
  const { key, data } = definition
  checkFits(label, 'the data', data)
  expectField(label, `key "${key}"`, fieldFacts(data, key), { in: 'data', types: TEXT, required: true })
}

interface Expected {
  readonly in: 'input' | 'output' | 'data'
  readonly types: ReadonlySet<string>
  readonly required: boolean
}

function expectField(label: string, what: string, field: FieldFacts | undefined, expected: Expected): void {
  const where = `the ${expected.in}`
  if (!field) misuse(`${label}: ${what} names no field of ${where}; add it there, or correct the name`)
  if (expected.required && !field.required) misuse(`${label}: ${what} is optional in ${where}; make it required`)
  const wrong = [...field.types].filter((type) => !expected.types.has(type))
  if (wrong.length > 0)
    misuse(`${label}: ${what} may be ${wrong.join(' or ')} in ${where}; it must be ${[...expected.types].join(', ')} and nothing else`)
}

function checkError(label: string, code: string, declared: DeclaredError | undefined): void {
  const { status = 409, data } = declared ?? {}
  assertName(`${label}: error`, code, NAMES.code)
  if (declared !== undefined) onlyParts(`${label}: error "${code}"`, { ...declared }, ERROR_PARTS)
  if (isErrorCode(code))
    misuse(
      `${label}: error "${code}" is the platform's own, and a client tells errors by their code; give it a code ` +
        `of its own, e.g. "no_such_order", or throw new BanyanError('${code}', …) without declaring it`,
    )
  if (!Number.isInteger(status) || status < 400 || status > 599)
    misuse(`${label}: error "${code}" has status ${status}; give one from 400 to 599`)
  if (data !== undefined) checkFits(label, `the data of error "${code}"`, data)
}
