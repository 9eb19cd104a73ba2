// Rules that hold for every contract of the shop: walked as data, so a new operation is covered by itself.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { operatorContract } from '../packages/gateway/src/operator/operator-contract.ts'
import { catalog } from '@shop/catalog/contract'
import { inventory } from '@shop/inventory/contract'
import { orders } from '@shop/orders/contract'
import { payments } from '@shop/payments/contract'
import { recommendations } from '@shop/recommendations/contract'
import { shipping } from '@shop/shipping/contract'
import { users } from '@shop/users/contract'
import { type EventDefinition, GivenTimestamp, schemaCheck, Timestamp } from 'banyan/contract'

const CONTRACTS = [catalog, inventory, orders, payments, recommendations, shipping, users, operatorContract(['admin'])] as const

/** Parts of a JSON Schema that have schemas in them. */
interface Node {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly pattern?: string
  readonly format?: string
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly maxItems?: number
  readonly properties?: Readonly<Record<string, Node>>
  readonly patternProperties?: Readonly<Record<string, Node>>
  readonly propertyNames?: Node
  readonly items?: Node
  readonly anyOf?: readonly Node[]
  readonly maxProperties?: number
}

/** Returns the leaves of a schema and where each stands. */
function leavesOf(node: Node, at: string): { readonly at: string; readonly node: Node }[] {
  const parts: (readonly [string, Node])[] = [
    ...Object.entries(node.properties ?? {}).map(([name, part]) => [`${at}/${name}`, part] as const),
    ...Object.values(node.patternProperties ?? {}).map((part) => [`${at}/*`, part] as const),
    ...(node.propertyNames ? [[`${at}/(name)`, node.propertyNames] as const] : []),
    ...(node.items ? [[`${at}/0`, node.items] as const] : []),
    ...(node.anyOf ?? []).map((part) => [at, part] as const),
  ]
  return [{ at, node }, ...parts.flatMap(([where, part]) => leavesOf(part, where))]
}

function inputs(): { readonly at: string; readonly node: Node }[] {
  return CONTRACTS.flatMap(({ name, operations }) =>
    Object.entries(operations).flatMap(([operation, { input }]) => leavesOf(input as Node, `${name}.${operation}`)),
  )
}

const isFreeText = ({ type, enum: choices, const: only }: Node): boolean => type === 'string' && !choices && only === undefined

test('every text of an input has a form and a bound, and takes neither NUL nor half a character', () => {
  const texts = inputs().filter(({ node }) => isFreeText(node))
  assert.ok(texts.length > 60, `${texts.length} texts`)
  const lax = texts.filter(({ node }) => {
    const check = schemaCheck(node)
    const samples = ['\0', 'a\0', '\ud800', 'a\udc00', `a${'\u0301'.repeat(20_000)}`, 'x'.repeat(20_000)]
    return samples.some((text) => check.fits(text))
  })
  assert.deepEqual(
    lax.map(({ at }) => at),
    [],
  )
})

test('no text of an input but a secret takes controls or what turns the direction of writing', () => {
  const exempt = /\/(?:current|new)?password$|^ops\./i
  const lax = inputs().filter(
    ({ at, node }) =>
      isFreeText(node) &&
      !exempt.test(at) &&
      ['a\u0007', 'a\u0085', 'a@b.c\u202e', 'a@b.c\u2066', 'a@b.c\u200b'].some((text) => schemaCheck(node).fits(text)),
  )
  assert.deepEqual(
    lax.map(({ at }) => at),
    [],
  )
})

test('every number of an input has bounds within exact integers, and every list and record a length', () => {
  const open = inputs().filter(({ node }) => {
    if (node.type === 'integer') return !(Number.isSafeInteger(node.minimum) && Number.isSafeInteger(node.maximum))
    if (node.type === 'array') return node.maxItems === undefined
    return node.patternProperties !== undefined && (node.maxProperties === undefined || node.propertyNames === undefined)
  })
  assert.deepEqual(
    open.map(({ at }) => at),
    [],
  )
})

/** Names of fields that hold a moment. */
const MOMENT = /[a-z](?:At|Until)$|\/(?:at|time|from|to|since|until)$/
/** States from which and to which something moves. */
const STATES = /illegal_transition\/(?:from|to)$/

test('every moment of the API is a timestamp of the one format, in and out', () => {
  const parts = CONTRACTS.flatMap(({ name, operations }) =>
    Object.entries(operations).flatMap(([operation, { input, output, errors }]) => [
      ...leavesOf(input as Node, `${name}.${operation} input`),
      ...leavesOf(output as Node, `${name}.${operation} output`),
      ...Object.entries(errors as Record<string, unknown>).flatMap(([code, error]) =>
        leavesOf(((error as { data?: Node }).data ?? error) as Node, `${name}.${operation} ${code}`),
      ),
    ]),
  )
  const moments = parts.filter(({ at, node }) => MOMENT.test(at) && !STATES.test(at) && node.anyOf === undefined && node.type !== 'null')
  assert.ok(moments.length > 20, `${moments.length} moments`)
  const wrong = moments.filter(({ at, node }) => {
    const form = at.includes(' input') ? GivenTimestamp : Timestamp
    return node.pattern !== (form as Node).pattern || node.format !== 'date-time'
  })
  assert.deepEqual(
    wrong.map(({ at }) => at),
    [],
  )
})

test('every moment of an event is epoch milliseconds, as in the logs of earlier releases', () => {
  const parts = CONTRACTS.flatMap(({ name, events }) =>
    Object.entries(events).flatMap(([type, { data }]) => leavesOf(data as Node, `${name} ${type}`)),
  )
  const moments = parts.filter(({ at, node }) => (MOMENT.test(at) || at.endsWith('From')) && node.anyOf === undefined)
  assert.ok(moments.length >= 5, `${moments.length} moments`)
  assert.deepEqual(
    moments.filter(({ node }) => node.type !== 'integer').map(({ at }) => at),
    [],
  )
})

test('a reason in an event is a code, never what somebody wrote, and what earlier releases wrote is read as one', () => {
  const lax: string[] = []
  let reasons = 0
  for (const { events } of CONTRACTS)
    for (const [type, { data, upgrade }] of Object.entries(events as Readonly<Record<string, EventDefinition>>)) {
      const { reason } = (data as Node).properties ?? {}
      if (reason === undefined) continue
      reasons++
      if (schemaCheck(reason).fits('my aunt Ann is ill')) lax.push(type)
      if (reason.enum && !upgrade) continue // it was one of these from the first day on
      const read = upgrade?.({ reason: 'my aunt Ann is ill', detail: { reason: 'she is 80' } }) as { reason: string; detail: object }
      assert.deepEqual(read, { reason: 'other', detail: { reason: type === 'order.rejected' ? 'other' : 'she is 80' } }, type)
      assert.ok(schemaCheck(reason).fits('other'), type)
    }
  assert.deepEqual([lax, reasons], [[], 10])
})
