import { fieldOf, literal } from './code-writer.ts'
import { requiredNames } from './kind-of.ts'
import type { Place, PlacedObject } from './place.ts'
import { isSchemaObject, namedSchemas, type SchemaNode } from './schema-node.ts'
import type { SchemaWriter } from './schema-writer.ts'

/** Writes the pass of an object with named fields. */
export function writeObject(writer: SchemaWriter, { schema, place }: PlacedObject, value: string): string {
  const { code } = writer
  const { additionalProperties } = schema
  code.line(objectOnly(value))
  if (schema['properties'] === undefined && (additionalProperties === undefined || additionalProperties === true))
    return copied(writer, value)
  const names = Object.keys(namedSchemas(schema['properties']))
  if (additionalProperties === false) writeRefusal(writer, names, value)
  const copy = writeFields(writer, { schema, place }, value)
  if (additionalProperties === true || isSchemaObject(additionalProperties))
    writeEach(writer, {
      value,
      copy,
      schema: additionalProperties,
      place,
      unless: (name) => `${writer.code.external(new Set(names))}.has(${name})`,
    })
  return copy
}

/** Writes the pass of an object whose fields are named by a pattern. */
export function writeRecord(writer: SchemaWriter, { schema, place }: PlacedObject, value: string): string {
  const { code } = writer
  const [[pattern, fields]] = Object.entries(namedSchemas(schema['patternProperties'])) as [[string, SchemaNode]]
  const test = code.external(new RegExp(pattern, 'u'))
  code.line(objectOnly(value))
  const copy = code.name()
  code.line(`const ${copy} = {}`)
  const strict = schema['additionalProperties'] === false
  writeEach(writer, {
    value,
    copy,
    schema: fields,
    place,
    unless: (name) => `!${test}.test(${name})`,
    otherwise: strict ? 'return R' : 'continue',
  })
  return copy
}

function objectOnly(value: string): string {
  return `if (typeof ${value} !== 'object' || ${value} === null || !plain(${value})) return R`
}

function copied({ code }: SchemaWriter, value: string): string {
  const copy = code.name()
  code.line(`const ${copy} = copy(${value}); if (${copy} === R) return R`)
  return copy
}

/** Writes that fields without a name in the contract are refused, not dropped. */
function writeRefusal({ code }: SchemaWriter, names: readonly string[], value: string): void {
  const [known, name] = [code.external(new Set(names)), code.name()]
  code.line(`for (const ${name} of Object.keys(${value})) if (!${known}.has(${name}) && ${value}[${name}] !== undefined) return R`)
}

/** Required fields up to the first optional one make the object at once; the others are added. */
function writeFields(writer: SchemaWriter, { schema, place }: PlacedObject, value: string): string {
  const { code } = writer
  const required = new Set(requiredNames(schema))
  const fields = Object.entries(namedSchemas(schema['properties']))
  const firstOptional = fields.findIndex(([name]) => !required.has(name))
  const together = firstOptional === -1 ? fields : fields.slice(0, firstOptional)
  const parts = together.map(([name, field]) => `${keyOf(name)}: ${writeRequired(writer, { schema: field, place }, fieldOf(value, name))}`)
  const copy = code.name()
  code.line(`const ${copy} = { ${parts.join(', ')} }`)
  for (const [name, field] of fields.slice(together.length)) {
    const placed = { schema: field, place }
    if (required.has(name)) code.line(setTo(copy, name, writeRequired(writer, placed, fieldOf(value, name))))
    else {
      const part = code.name()
      code.line(`const ${part} = ${fieldOf(value, name)}; if (${part} !== undefined) {`)
      code.line(`${setTo(copy, name, writer.write(placed, part))} }`)
    }
  }
  return copy
}

/** Written as `"__proto__": x` it would be the prototype. */
function keyOf(name: string): string {
  return name === '__proto__' ? `[${literal(name)}]` : literal(name)
}

function writeRequired(writer: SchemaWriter, placed: { schema: SchemaNode; place: Place }, field: string): string {
  const part = writer.code.name()
  writer.code.line(`const ${part} = ${field}; if (${part} === undefined) return R`)
  return writer.write(placed, part)
}

function setTo(copy: string, name: string, part: string): string {
  return name === '__proto__' ? `set(${copy}, ${literal(name)}, ${part})` : `${copy}[${literal(name)}] = ${part}`
}

interface EachField {
  readonly value: string
  readonly copy: string
  readonly schema: SchemaNode
  readonly place: Place
  /** The condition under which a field is not one of these. */
  readonly unless: (name: string) => string
  /** What happens to such a field. Default: it is left alone. */
  readonly otherwise?: 'continue' | 'return R'
}

/** Writes the pass of fields whose names are only known when they come. */
function writeEach(writer: SchemaWriter, { value, copy, schema, place, unless, otherwise = 'continue' }: EachField): void {
  const { code } = writer
  const [name, part] = [code.name(), code.name()]
  code.line(`for (const ${name} of Object.keys(${value})) {`)
  code.line(`const ${part} = ${value}[${name}]; if (${part} === undefined) continue`)
  code.line(`if (${unless(name)}) ${otherwise}`)
  code.line(`set(${copy}, ${name}, ${writer.write({ schema, place }, part)}) }`)
}
