import type { PlacedSchema } from './place.ts'
import { decidesBy, isSchemaObject, listedSchemas, namedSchemas, type SchemaNode, type SchemaObject } from './schema-node.ts'
import { isLeaf } from './write-leaf.ts'

/** How a schema can be compiled; `other`: not at all, the plain walk takes it. */
export type SchemaKind = 'leaf' | 'free' | 'object' | 'record' | 'list' | 'tuple' | 'union' | 'intersection' | 'reference' | 'other'

const OBJECT_KEYWORDS = ['type', 'properties', 'required', 'additionalProperties']
const RECORD_KEYWORDS = ['type', 'patternProperties', 'additionalProperties']
const LIST_KEYWORDS = ['type', 'items', 'minItems', 'maxItems']
const TUPLE_KEYWORDS = ['type', 'items', 'prefixItems', 'additionalItems', 'minItems', 'maxItems']

/** Says how a schema can be compiled. */
export function kindOf(schema: SchemaNode): SchemaKind {
  if (typeof schema === 'boolean') return schema ? 'free' : 'other'
  if (isLeaf(schema)) return 'leaf'
  if (decidesBy(schema, [])) return 'free'
  if (typeof schema['$ref'] === 'string') return decidesBy(schema, ['$ref']) ? 'reference' : 'other'
  if (schema['type'] === 'object') return objectKind(schema)
  if (schema['type'] === 'array') return listKind(schema)
  if (Array.isArray(schema['anyOf'])) return decidesBy(schema, ['anyOf']) ? 'union' : 'other'
  if (Array.isArray(schema['allOf'])) return intersectionOf(schema) ? 'intersection' : 'other'
  return 'other'
}

function objectKind(schema: SchemaObject): SchemaKind {
  if (decidesBy(schema, OBJECT_KEYWORDS)) {
    const names = new Set(Object.keys(namedSchemas(schema['properties'])))
    return requiredNames(schema).every((name) => names.has(name)) ? 'object' : 'other'
  }
  if (!decidesBy(schema, RECORD_KEYWORDS) || (schema['additionalProperties'] ?? false) !== false) return 'other'
  return Object.keys(namedSchemas(schema['patternProperties'])).length === 1 ? 'record' : 'other'
}

function listKind(schema: SchemaObject): SchemaKind {
  const { items, prefixItems, additionalItems } = schema
  if (decidesBy(schema, LIST_KEYWORDS) && (items === undefined || isSchemaObject(items))) return 'list'
  const closed =
    prefixItems === undefined ? Array.isArray(items) && additionalItems === false : items === false && additionalItems === undefined
  return closed && decidesBy(schema, TUPLE_KEYWORDS) ? 'tuple' : 'other'
}

/** Names of fields that a schema requires. */
export function requiredNames({ required }: SchemaObject): readonly string[] {
  return Array.isArray(required) ? (required as readonly string[]) : []
}

/** Returns the one object schema that an intersection means; undefined unless its members are plain objects without a field in common. */
export function intersectionOf(schema: SchemaObject): SchemaObject | undefined {
  if (!decidesBy(schema, ['allOf'])) return undefined
  let properties: Record<string, SchemaNode> = {}
  const required: string[] = []
  for (const member of listedSchemas(schema['allOf'])) {
    const object = typeof member === 'boolean' ? undefined : Array.isArray(member['allOf']) ? intersectionOf(member) : member
    if (!object || !isOpenObject(object)) return undefined
    const own = namedSchemas(object['properties'])
    if (Object.keys(own).some((name) => Object.hasOwn(properties, name))) return undefined
    properties = { ...properties, ...own }
    required.push(...requiredNames(object))
  }
  return { type: 'object', properties, required }
}

function isOpenObject(schema: SchemaObject): boolean {
  return decidesBy(schema, ['type', 'properties', 'required']) && isSchemaObject(schema['properties']) && kindOf(schema) === 'object'
}

/** A variant of a union, with its references followed. */
export interface Variant extends PlacedSchema {
  readonly kind: SchemaKind
  /** True when a reference led to it: it may contain the union, so it must not be written within it. */
  readonly referred: boolean
}

/** Returns the variants of a union with those of unions in it; undefined when one of them cannot be compiled or lets everything pass. */
export function variantsOf(
  { schema, place }: PlacedSchema,
  referred = false,
  seen: ReadonlySet<SchemaNode> = new Set(),
): readonly Variant[] | undefined {
  if (typeof schema === 'boolean' || seen.has(schema)) return undefined
  const kind = kindOf(schema)
  const inside = place.within(schema)
  const met = new Set([...seen, schema])
  if (kind === 'reference') return variantsOf(inside.resolve(schema['$ref'] as string), true, met)
  if (kind === 'union') {
    const variants = listedSchemas(schema['anyOf']).map((each) => variantsOf({ schema: each, place: inside }, referred, met))
    return variants.every((each) => each !== undefined) ? variants.flat() : undefined
  }
  if (kind === 'other' || kind === 'free') return undefined
  return [{ kind, schema, place, referred }]
}
