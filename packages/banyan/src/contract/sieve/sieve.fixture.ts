import fc from 'fast-check'
import { Type, type TSchema } from 'typebox'

/** What a generated schema is made of. `free` values fit most places of it by chance. */
const NAMES = ['a', 'b', 'c', 'k', '__proto__', "it's", 'x y', '"];throw 1//', '\u2028', '${x}'] as const
const TAGS = ['p', 'q', 'r'] as const

const leaf: fc.Arbitrary<TSchema> = fc.oneof(
  fc.constantFrom<TSchema>(
    Type.String(),
    Type.String({ minLength: 1, maxLength: 3 }),
    Type.String({ pattern: '^[a-c]*$' }),
    Type.String({ format: 'date' }),
    Type.Number(),
    Type.Number({ multipleOf: 0.5, exclusiveMaximum: 3 }),
    Type.Integer({ minimum: 0, maximum: 2 }),
    Type.Boolean(),
    Type.Null(),
    Type.Literal('a'),
    Type.Literal(0),
    Type.Literal('\'"\\\u2029`'),
    Type.Enum(['a', 'b', 1]),
    Type.Refine(Type.String(), (text) => text !== 'a'),
    Type.Unknown(),
    Type.Any(),
    Type.Never(),
  ),
)

/** TypeBox finds definitions by name wherever they stand in a schema, so those of two recursive types must differ. */
const definitionName = fc.noShrink(fc.noBias(fc.nat({ max: 2 ** 31 - 1 }))).map((number) => `Node${number}`)

function cyclic(name: string, own: Record<string, TSchema>): TSchema {
  const below = { c: Type.Optional(Type.Array(Type.Ref(name))), k: Type.Optional(Type.Union([Type.Null(), Type.Ref(name)])) }
  return Type.Cyclic({ [name]: Type.Object({ ...own, ...below }) }, name)
}

function moduleOf(name: string, own: Record<string, TSchema>): TSchema {
  const leaf = `${name}Leaf`
  const definitions = {
    [name]: Type.Object({ a: Type.Optional(Type.Union([Type.Ref(leaf), Type.Null()])), b: Type.Optional(Type.Ref(name)) }),
    [leaf]: Type.Object({ ...own, c: Type.Optional(Type.Ref(name)) }),
  }
  return Type.Module(definitions)[name] as TSchema
}

/** A schema around smaller ones, of every kind that a contract may have. */
export const schemas: fc.Arbitrary<TSchema> = fc.letrec<{ schema: TSchema; object: TSchema }>((tie) => {
  const propertiesOf = (names: readonly string[]): fc.Arbitrary<Record<string, TSchema>> =>
    fc
      .uniqueArray(fc.tuple(fc.constantFrom(...names), tie('schema'), fc.boolean()), { maxLength: 4, selector: ([name]) => name })
      .map((fields) => Object.fromEntries(fields.map(([name, schema, isOptional]) => [name, isOptional ? Type.Optional(schema) : schema])))
  const properties = propertiesOf(NAMES)
  /** Members of an intersection have no field in common: what one says of it then depends on the other, which a naive drop does not know. */
  const members = fc
    .tuple(propertiesOf(NAMES.slice(0, 4)), propertiesOf(NAMES.slice(4, 7)), propertiesOf(NAMES.slice(7)))
    .map((each) => each.map((own) => Type.Object(own)))
  const additional = fc.oneof(
    { weight: 6, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.constant({ additionalProperties: false }) },
    { weight: 1, arbitrary: fc.constant({ additionalProperties: true }) },
    { weight: 1, arbitrary: tie('schema').map((additionalProperties) => ({ additionalProperties })) },
  )
  const tagged = fc.tuple(fc.constantFrom(...TAGS), properties).map(([tag, own]) => Type.Object({ ...own, k: Type.Literal(tag) }))
  return {
    object: fc.tuple(properties, additional).map(([own, options]) => Type.Object(own, options)),
    schema: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      tie('object'),
      fc.tuple(tie('schema'), fc.boolean()).map(([item, unique]) => Type.Array(item, unique ? { uniqueItems: true } : { maxItems: 3 })),
      fc.array(tie('schema'), { maxLength: 3 }).map((items) => Type.Tuple(items)),
      fc
        .tuple(fc.constantFrom(Type.String(), Type.Integer(), Type.String({ pattern: '^[ab]' })), tie('schema'))
        .map(([name, value]) => Type.Record(name, value)),
      fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((variants) => Type.Union(variants)),
      fc.array(tagged, { minLength: 1, maxLength: 3 }).map((variants) => Type.Union(variants)),
      members.map((each) => Type.Intersect(each)),
      members.map((each) => Type.Intersect(each, { unevaluatedProperties: false })),
      fc.tuple(definitionName, properties).map(([name, own]) => cyclic(name, own)),
      fc.tuple(definitionName, properties).map(([name, own]) => moduleOf(name, own)),
    ),
  }
}).schema

const texts = fc.constantFrom('a', 'b', 'c', 'abcd', '', 'p', 'q', '2026-01-01', '\'"\\\u2029`')

/** Values that fit such schemas more often than chance would have it. */
export const values: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(texts, fc.constantFrom<unknown>(0, -0, 1, 2, 0.5, 7, true, false, null)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .array(fc.tuple(fc.constantFrom(...NAMES, '1', '-2'), fc.oneof({ weight: 8, arbitrary: tie('value') }, fc.constant(undefined))), {
        maxLength: 5,
      })
      .map((fields) => {
        const object = {}
        for (const [name, value] of fields)
          Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
        return object
      }),
  ),
})).value

/** A schema as TypeBox writes it, whatever its kind. */
export interface LooseSchema {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, TSchema>>
  readonly anyOf?: readonly TSchema[]
  readonly allOf?: readonly TSchema[]
  readonly items?: TSchema | readonly TSchema[]
  readonly properties?: Readonly<Record<string, TSchema>>
  readonly patternProperties?: Readonly<Record<string, TSchema>>
  readonly additionalProperties?: boolean | TSchema
  readonly required?: readonly string[]
}

/** Makes a value that fits a schema, with fields in it that the schema does not declare; undefined where it knows no way. */
export function fitting(schema: TSchema, pick: (count: number) => number, names: Record<string, TSchema> = {}, depth = 0): unknown {
  const node = schema as LooseSchema
  const inner = { ...names, ...node.$defs }
  const of = (each: TSchema): unknown => fitting(each, pick, inner, depth + 1)
  if (node.$ref !== undefined) return fitting(inner[node.$ref] as TSchema, pick, inner, depth + 1)
  if (node.anyOf) return of(node.anyOf[pick(node.anyOf.length)] as TSchema)
  if (node.allOf) return node.allOf.map(of).reduce((whole, part) => ({ ...(whole as object), ...(part as object) }))
  if ('const' in node) return node.const
  if (node.enum) return node.enum[pick(node.enum.length)]
  if (node.type === 'array') {
    const { items = {} } = node
    if (Array.isArray(items)) return items.map(of)
    return Array.from({ length: depth > 4 ? 0 : pick(3) }, () => of(items))
  }
  if (node.type === 'object') return fittingObject(node, of, pick, depth)
  return PRIMITIVES[String(node.type)]?.[pick(4)] ?? 'a'
}

const PRIMITIVES: Record<string, readonly unknown[]> = {
  string: ['b', '', '2026-01-01', 'abcd'],
  number: [0, 1, -0, 2.5],
  integer: [0, 1, 2, 0],
  boolean: [true, false, true, false],
  null: [null, null, null, null],
}

function fittingObject(node: LooseSchema, of: (each: TSchema) => unknown, pick: (count: number) => number, depth: number): unknown {
  const object = {}
  const set = (name: string, value: unknown): void =>
    void Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
  for (const [name, field] of Object.entries(node.properties ?? {}))
    if ((node.required ?? []).includes(name) || (depth < 4 && pick(2) === 0)) set(name, of(field))
  for (const field of Object.values(node.patternProperties ?? {})) for (const name of ['a', '1']) set(name, of(field))
  if (!('additionalProperties' in node) || pick(2) === 0) {
    if (!Object.hasOwn(object, 'undeclared')) set('undeclared', { secret: 1 })
    if (pick(4) === 0 && !Object.hasOwn(object, '__proto__')) set('__proto__', { secret: 1 })
  }
  return object
}
