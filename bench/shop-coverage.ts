import assert from 'node:assert/strict'
import type { Platform } from 'banyan/host'
import { apiOperations, type ApiOperation } from '../tests/fuzz/api-document.ts'
import type { Asked } from './shop-asker.ts'

/** Operations that are not asked for with success, and why that is no gap. */
const WITHOUT_SUCCESS: Readonly<Record<string, string>> = {
  'ops.retrySaga': 'no saga is stuck; the one that is named is looked up and refused',
  'ops.skipSagaStep': 'the same',
  'ops.rollbackSaga': 'all sagas are committed; the one that is named is looked up and refused',
  'ops.redrive': 'goes on for longer than anybody waits here, see shop-commands.ts',
  'ops.forgetReader': 'all consumers are in this process; the one that is named is looked up',
}

/** Operations that services call in another setting of the shop only, and why that is no gap. */
const IN_OTHER_SETTINGS: Readonly<Record<string, string>> = {
  'payments.prepare': 'with BANYAN_ORDER_FLOW=choreography: inserts one payment by its order',
  'shipping.prepare': 'likewise, one destination',
}

/** Asserts that each operation that anybody can ask for was answered, and each list with each parameter, and each two of them, in its query. */
export function assertAllAsked(document: unknown, asked: readonly Asked[]): void {
  const operations = apiOperations(document)
  const answered = asked.filter(({ status }) => status < 300)
  const forgotten = operations.filter((each) => !(each.id in WITHOUT_SUCCESS) && !answered.some((one) => matches(each, one)))
  assert.deepEqual(
    forgotten.map(({ id }) => id),
    [],
    'operations that were not asked for with success',
  )
  assert.deepEqual(
    operations.filter(({ method }) => method === 'GET').flatMap((each) => parametersLeft(each, answered)),
    [],
    'parameters of a list, or pairs of them, that were not asked for',
  )
}

function matches({ method, path }: ApiOperation, asked: Asked): boolean {
  const pattern = path.replaceAll(/\{[^}]+\}/g, '[^/?]+')
  return asked.method === method && new RegExp(`^${pattern}(?:\\?|$)`).test(asked.path)
}

function parametersLeft(operation: ApiOperation, answered: readonly Asked[]): string[] {
  const names = operation.parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name)
  const seen = answered
    .filter((one) => matches(operation, one))
    .map(({ path }) => new Set(new URL(path, 'http://shop').searchParams.keys()))
  const wanted = names.flatMap((one, index) => [[one], ...names.slice(index + 1).map((other) => [one, other])])
  const left = wanted.filter((each) => !isWithCursor(each) && !seen.some((keys) => each.every((name) => keys.has(name))))
  return left.map((each) => `${operation.id}: ${each.join(' and ')}`)
}

/** A cursor comes from a list of the same query, so each list that has a second page is asked for it; which have one is up to their rows. */
function isWithCursor(names: readonly string[]): boolean {
  return names.length > 1 && names.some((name) => name === 'cursor' || name === 'after')
}

/** Asserts that every operation of the contracts ran without an error, by the shop's own figures: those too that only services call. */
export function assertAllRan({ services }: Pick<Platform, 'services'>, metrics: string): void {
  const runs = figures(metrics, 'banyan_operation_duration_seconds_count')
  const errors = figures(metrics, 'banyan_operation_errors_total')
  const names = services.flatMap(({ name, definition }) => Object.keys(definition.contract.operations).map((each) => `${name}.${each}`))
  const idle = names.filter((name) => !(name in IN_OTHER_SETTINGS) && (runs.get(name) ?? 0) <= (errors.get(name) ?? 0))
  assert.deepEqual(idle, [], 'operations that never ran with success')
}

function figures(metrics: string, series: string): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  for (const [, service, operation, value] of metrics.matchAll(
    new RegExp(`^${series}\\{service="([^"]+)",operation="([^"]+)"[^}]*\\} (\\S+)$`, 'gm'),
  ))
    sums.set(`${service}.${operation}`, (sums.get(`${service}.${operation}`) ?? 0) + Number(value))
  return sums
}
