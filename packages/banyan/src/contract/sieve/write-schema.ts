import type { CodeWriter } from './code-writer.ts'
import { intersectionOf, kindOf } from './kind-of.ts'
import type { PlacedSchema } from './place.ts'
import { type PassOptions, plainWalk } from './plain-walk.ts'
import type { SchemaObject } from './schema-node.ts'
import type { SchemaWriter } from './schema-writer.ts'
import { writeLeaf } from './write-leaf.ts'
import { writeList, writeTuple } from './write-list.ts'
import { writeObject, writeRecord } from './write-object.ts'
import { writeUnion } from './write-union.ts'

/** Makes the writer of one compiled pass. */
export function schemaWriter(code: CodeWriter, options: PassOptions): SchemaWriter {
  const functions = new Map<SchemaObject | boolean, string>()
  const writer: SchemaWriter = {
    code,
    options,
    write: (placed, value) => writeSchema(writer, placed, value),
    functionOf(placed) {
      const known = functions.get(placed.schema)
      if (known !== undefined) return known
      return code.func(
        (argument) => writer.write(placed, argument),
        (name) => functions.set(placed.schema, name),
      )
    },
  }
  return writer
}

function writeSchema(writer: SchemaWriter, { schema, place: outer }: PlacedSchema, value: string): string {
  const kind = kindOf(schema)
  if (schema === true || kind === 'free') return refusable(writer, `copy(${value})`)
  if (schema === false) return refusable(writer, 'R')
  const { code } = writer
  const place = outer.within(schema)
  switch (kind) {
    case 'leaf':
      return writeLeaf(writer, { schema, place }, value)
    case 'object':
      return writeObject(writer, { schema, place }, value)
    case 'intersection':
      return writeObject(writer, { schema: intersectionOf(schema) as SchemaObject, place }, value)
    case 'record':
      return writeRecord(writer, { schema, place }, value)
    case 'list':
      return writeList(writer, { schema, place }, value)
    case 'tuple':
      return writeTuple(writer, { schema, place }, value)
    case 'reference':
      return refusable(writer, `${writer.functionOf(place.resolve(schema['$ref'] as string))}(${value})`)
    case 'union':
      return refusable(writer, writeUnion(writer, { schema, place: outer }, value))
    case 'other':
      return refusable(writer, `${code.external(plainWalk({ schema, place: outer }, writer.options))}(${value})`)
  }
}

/** Writes the use of something that may be a refusal. */
function refusable({ code }: SchemaWriter, expression: string): string {
  const name = code.name()
  code.line(`const ${name} = ${expression}; if (${name} === R) return R`)
  return name
}
