/** A schema as JSON Schema has it: keywords by name, or `true` for everything and `false` for nothing. */
export type SchemaNode = SchemaObject | boolean
/** A schema with keywords. */
export type SchemaObject = Readonly<Record<string, unknown>>

/** Keywords that decide whether a value fits; all others are notes. Names in `~` are TypeBox's own. */
const ASSERTIONS: ReadonlySet<string> = new Set(
  [
    'type const enum not if then else allOf anyOf oneOf $ref ~refine',
    'minLength maxLength pattern format',
    'minimum maximum exclusiveMinimum exclusiveMaximum multipleOf',
    'properties required additionalProperties patternProperties propertyNames minProperties maxProperties',
    'dependencies dependentRequired dependentSchemas unevaluatedProperties',
    'items prefixItems additionalItems minItems maxItems uniqueItems contains minContains maxContains unevaluatedItems',
    '$recursiveRef $dynamicRef $recursiveAnchor $dynamicAnchor $anchor',
  ].flatMap((line) => line.split(' ')),
)

/** Tells whether a schema decides by none but these keywords. */
export function decidesBy(schema: SchemaObject, keywords: readonly string[]): boolean {
  return Object.getOwnPropertyNames(schema).every((name) => !ASSERTIONS.has(name) || keywords.includes(name))
}

/** Tells whether a value is a schema with keywords. */
export function isSchemaObject(value: unknown): value is SchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Schemas by name, e.g. of `properties`; empty where the keyword is missing. */
export function namedSchemas(value: unknown): Readonly<Record<string, SchemaNode>> {
  return isSchemaObject(value) ? (value as Readonly<Record<string, SchemaNode>>) : {}
}

/** Schemas in order, e.g. of `anyOf`; empty where the keyword is missing. */
export function listedSchemas(value: unknown): readonly SchemaNode[] {
  return Array.isArray(value) ? (value as readonly SchemaNode[]) : []
}

/** Tells whether a value is one that JSON writes without braces or brackets. */
export function isPrimitive(value: unknown): value is null | boolean | number | string {
  return value === null || typeof value === 'boolean' || typeof value === 'string' || Number.isFinite(value)
}
