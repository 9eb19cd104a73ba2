import { type Validator, Compile } from 'typebox/compile'
import { isPlainObject, setField } from '../../kernel/plain-json.ts'
import type { Place } from './place.ts'
import { isSchemaObject, listedSchemas, namedSchemas, type SchemaNode, type SchemaObject } from './schema-node.ts'

/** Stands for a part about whose fields a schema says nothing: all of it passes. */
const FREE = Symbol('says nothing about fields')
/** What a schema declares of a value: fields and items by name and place, {@link FREE} at the ends. */
type Shape = unknown

/**
 * Returns what a schema declares of a value; fields that it does not declare are left out, at any depth. Works for values that do not fit
 * as well. This is the plain walk: slow, for every keyword of JSON Schema; compiled passes must give the same. Parts are not copied.
 * - K1 A schema that says nothing about fields (`Type.Unknown()`, `{ type: 'object' }`) lets all of them pass; one with `properties`, even
 *      with none, lets those pass and no others, unless `additionalProperties` says so.
 * - K2 Of an intersection passes what one of its members declares; a member that says nothing adds nothing.
 * - K3 Of a union passes what the variants that fit declare, together. If none fits, what any of them declares.
 */
export function declaredPart(schema: SchemaNode, value: unknown, place: Place): unknown {
  return settle(shapeOf(schema, value, place), value)
}

function settle(shape: Shape, value: unknown): unknown {
  if (shape === FREE) return value
  if (Array.isArray(shape)) return shape.map((item, index) => settle(item, (value as readonly unknown[])[index]))
  const kept: Record<string, unknown> = {}
  for (const [name, part] of Object.entries(shape as object)) setField(kept, name, settle(part, (value as Record<string, unknown>)[name]))
  return kept
}

function shapeOf(schema: SchemaNode, value: unknown, outer: Place): Shape {
  if (typeof schema === 'boolean' || typeof value !== 'object' || value === null) return FREE
  const place = outer.within(schema)
  const list = Array.isArray(value)
  if (!list && !isPlainObject(value)) return FREE
  const own = list ? listShape(schema, value, place) : objectShape(schema, value as Record<string, unknown>, place)
  const shape = appliedSchemas(schema, value, place).reduce(both, own)
  return list ? shape : withUnevaluated(shape, schema, value as Record<string, unknown>, place)
}

function objectShape(
  { properties, patternProperties, additionalProperties }: SchemaObject,
  value: Record<string, unknown>,
  place: Place,
): Shape {
  if (properties === undefined && patternProperties === undefined && additionalProperties === undefined) return FREE
  const named = namedSchemas(properties)
  const patterns = Object.entries(namedSchemas(patternProperties)).map(([pattern, schema]) => ({ test: new RegExp(pattern, 'u'), schema }))
  const shape: Record<string, unknown> = {}
  for (const name of Object.keys(value)) {
    const schemas = patterns.filter(({ test }) => test.test(name)).map(({ schema }) => schema)
    if (Object.hasOwn(named, name)) schemas.push(named[name] as SchemaNode)
    if (schemas.length === 0 && mayAdd(additionalProperties)) schemas.push(additionalProperties)
    if (schemas.length > 0) setField(shape, name, schemas.map((schema) => shapeOf(schema, value[name], place)).reduce(both))
  }
  return shape
}

function listShape({ items, prefixItems, additionalItems }: SchemaObject, value: readonly unknown[], place: Place): Shape {
  const first = listedSchemas(prefixItems ?? items)
  const rest = Array.isArray(items) ? additionalItems : items
  if (first.length === 0 && !mayAdd(rest)) return FREE
  const length = mayAdd(rest) ? value.length : Math.min(first.length, value.length)
  return Array.from({ length }, (_, index) => shapeOf(first[index] ?? (rest as SchemaNode), value[index], place))
}

/** Shapes of the schemas that a schema applies to the same value; see K2 and K3. */
function appliedSchemas(schema: SchemaObject, value: object, place: Place): Shape[] {
  const shapes = listedSchemas(schema['allOf']).map((each) => shapeOf(each, value, place))
  if (typeof schema['$ref'] === 'string') {
    const target = place.resolve(schema['$ref'])
    shapes.push(shapeOf(target.schema, value, target.place))
  }
  for (const variants of [listedSchemas(schema['anyOf']), listedSchemas(schema['oneOf'])])
    if (variants.length > 0) shapes.push(unionShape(variants, value, place))
  if (isSchema(schema['if'])) {
    const branch = fits(schema['if'], value, place) ? [schema['if'], schema['then']] : [schema['else']]
    shapes.push(...branch.filter(isSchema).map((each) => shapeOf(each, value, place)))
  }
  for (const keyword of ['dependentSchemas', 'dependencies'])
    for (const [name, each] of Object.entries(namedSchemas(schema[keyword])))
      if (Object.hasOwn(value, name) && isSchema(each)) shapes.push(shapeOf(each, value, place))
  return shapes
}

function unionShape(variants: readonly SchemaNode[], value: object, place: Place): Shape {
  const fitting = variants.filter((variant) => fits(variant, value, place))
  return (fitting.length > 0 ? fitting : variants).map((variant) => shapeOf(variant, value, place)).reduce(either)
}

function withUnevaluated(shape: Shape, { unevaluatedProperties }: SchemaObject, value: Record<string, unknown>, place: Place): Shape {
  if (shape === FREE || !mayAdd(unevaluatedProperties)) return shape
  const whole = shape as Record<string, unknown>
  for (const name of Object.keys(value))
    if (!Object.hasOwn(whole, name)) setField(whole, name, shapeOf(unevaluatedProperties, value[name], place))
  return whole
}

function both(first: Shape, second: Shape): Shape {
  return first === FREE ? second : second === FREE ? first : together(first, second, both)
}

function either(first: Shape, second: Shape): Shape {
  return first === FREE || second === FREE ? FREE : together(first, second, either)
}

function together(first: Shape, second: Shape, merge: (first: Shape, second: Shape) => Shape): Shape {
  if (Array.isArray(first) && Array.isArray(second))
    return (first.length < second.length ? second : first).map((item: Shape, index) =>
      index < first.length && index < second.length ? merge(first[index], second[index]) : item,
    )
  const whole = { ...(first as Record<string, unknown>) }
  for (const [name, part] of Object.entries(second as Record<string, unknown>))
    setField(whole, name, Object.hasOwn(whole, name) ? merge(whole[name], part) : part)
  return whole
}

function isSchema(value: unknown): value is SchemaNode {
  return typeof value === 'boolean' || isSchemaObject(value)
}

function mayAdd(schema: unknown): schema is SchemaNode {
  return schema !== false && isSchema(schema)
}

const validators = new WeakMap<object, Validator>()

function fits(schema: SchemaNode, value: unknown, place: Place): boolean {
  if (typeof schema === 'boolean') return schema
  let validator = validators.get(schema)
  if (!validator) validators.set(schema, (validator = Compile(place.names() as Record<string, object>, schema)))
  return validator.Check(value)
}
