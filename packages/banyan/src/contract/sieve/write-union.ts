import { type CodeWriter, fieldOf, literal } from './code-writer.ts'
import { requiredNames, type Variant, variantsOf } from './kind-of.ts'
import type { PlacedSchema } from './place.ts'
import { plainWalk } from './plain-walk.ts'
import { isPrimitive, isSchemaObject, namedSchemas } from './schema-node.ts'
import { writeLeafAttempt } from './write-leaf.ts'
import type { SchemaWriter } from './schema-writer.ts'

type Primitive = null | boolean | number | string

/**
 * Writes the pass of a union; returns its call. Texts, numbers and null are told apart from lists and objects at once, objects by a field that
 * has other values in each variant. Where several variants fit, what each of them declares is kept.
 */
export function writeUnion(writer: SchemaWriter, union: PlacedSchema, value: string): string {
  const { code } = writer
  const variants = variantsOf(union)
  if (!variants) return `${code.external(plainWalk(union, writer.options))}(${value})`
  const name = code.func((argument) => {
    for (const { schema, place } of variants.filter(({ kind }) => kind === 'leaf'))
      if (isSchemaObject(schema)) writeLeafAttempt(writer, { schema, place: place.within(schema) }, argument)
    const lists = variants.filter(({ kind }) => kind === 'list' || kind === 'tuple')
    const objects = variants.filter(({ kind }) => kind === 'object' || kind === 'record' || kind === 'intersection')
    code.line(`if (Array.isArray(${argument})) {`)
    code.line(`return ${writeAlternatives(writer, lists, argument)} }`)
    if (objects.length > 1) code.line(`if (typeof ${argument} !== 'object' || ${argument} === null) return R`)
    return writeObjects(writer, objects, argument)
  })
  return `${name}(${value})`
}

function writeObjects(writer: SchemaWriter, variants: readonly Variant[], value: string): string {
  const telling = variants.length > 1 ? discriminatorOf(variants) : undefined
  if (!telling) return writeAlternatives(writer, variants, value)
  const { code } = writer
  code.line(`switch (${fieldOf(value, telling.name)}) {`)
  for (const [index, alternatives] of telling.values.entries())
    code.line(
      `${alternatives.map((each) => `case ${literal(each)}:`).join(' ')} return ${writer.functionOf(variants[index] as Variant)}(${value})`,
    )
  code.line('}')
  return 'R'
}

function writeAlternatives(writer: SchemaWriter, variants: readonly Variant[], value: string): string {
  const [only] = variants
  if (!only) return 'R'
  if (variants.length === 1) return only.referred ? `${writer.functionOf(only)}(${value})` : writer.write(only, value)
  const { code } = writer
  const kept = code.name()
  code.line(`let ${kept} = R`)
  for (const variant of variants) writeAttempt(code, kept, `${writer.functionOf(variant)}(${value})`)
  return kept
}

function writeAttempt(code: CodeWriter, kept: string, attempt: string): void {
  const copy = code.name()
  code.line(`const ${copy} = ${attempt}; if (${copy} !== R) ${kept} = ${kept} === R ? ${copy} : merge(${kept}, ${copy})`)
}

interface Discriminator {
  readonly name: string
  /** Its values in each variant, in their order. */
  readonly values: readonly (readonly Primitive[])[]
}

/** Finds a field that each variant requires with values that no other has. */
function discriminatorOf(variants: readonly Variant[]): Discriminator | undefined {
  for (const name of Object.keys(propertiesOf(variants[0] as Variant))) {
    const values = variants.map((variant) => valuesOf(variant, name))
    const all = values.flat()
    if (values.every((each) => each.length > 0) && new Set(all).size === all.length) return { name, values }
  }
  return undefined
}

function propertiesOf({ schema }: Variant): Readonly<Record<string, unknown>> {
  return isSchemaObject(schema) ? namedSchemas(schema['properties']) : {}
}

function valuesOf(variant: Variant, name: string): readonly Primitive[] {
  const properties = propertiesOf(variant)
  const field = Object.hasOwn(properties, name) ? properties[name] : undefined
  if (!isSchemaObject(variant.schema) || !requiredNames(variant.schema).includes(name) || !isSchemaObject(field)) return []
  const values = Array.isArray(field['enum']) ? [...new Set<unknown>(field['enum'])] : [field['const']]
  return values.every(isPrimitive) ? values : []
}
