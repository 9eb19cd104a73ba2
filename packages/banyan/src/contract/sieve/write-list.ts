import { literal } from './code-writer.ts'
import type { PlacedObject } from './place.ts'
import { listedSchemas, type SchemaNode, type SchemaObject } from './schema-node.ts'
import type { SchemaWriter } from './schema-writer.ts'

/** Writes the pass of a list of items of one kind. */
export function writeList(writer: SchemaWriter, { schema, place }: PlacedObject, value: string): string {
  const { code } = writer
  writeBounds(writer, schema, value)
  const [copy, index, item] = [code.name(), code.name(), code.name()]
  code.line(`const ${copy} = []`)
  code.line(`for (let ${index} = 0; ${index} < ${value}.length; ${index}++) {`)
  code.line(`const ${item} = ${value}[${index}]; if (${item} === undefined) return R`)
  code.line(`${copy}.push(${writer.write({ schema: (schema['items'] ?? true) as SchemaNode, place }, item)}) }`)
  return copy
}

/** Writes the pass of a list whose items have a kind each. One that is longer does not fit. */
export function writeTuple(writer: SchemaWriter, { schema, place }: PlacedObject, value: string): string {
  const { code } = writer
  const items = listedSchemas(schema['prefixItems'] ?? schema['items'])
  writeBounds(writer, schema, value)
  code.line(`if (${value}.length > ${literal(items.length)}) return R`)
  const copy = code.name()
  code.line(`const ${copy} = []`)
  for (const [index, each] of items.entries()) {
    const item = code.name()
    code.line(`if (${value}.length > ${literal(index)}) { const ${item} = ${value}[${literal(index)}]; if (${item} === undefined) return R`)
    code.line(`${copy}.push(${writer.write({ schema: each, place }, item)}) }`)
  }
  return copy
}

function writeBounds({ code }: SchemaWriter, { minItems, maxItems }: SchemaObject, value: string): void {
  code.line(`if (!Array.isArray(${value})) return R`)
  if (typeof minItems === 'number') code.line(`if (${value}.length < ${literal(minItems)}) return R`)
  if (typeof maxItems === 'number') code.line(`if (${value}.length > ${literal(maxItems)}) return R`)
}
