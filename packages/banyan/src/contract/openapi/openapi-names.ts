import type { TSchema } from 'typebox'

/** Schemas that stand once in a document and are referred to. */
export interface NamedSchemas {
  /** Returns a copy of a part of the document in which every schema with a name is a reference. */
  refer<T extends object>(part: T): T
  /** The schemas that were referred to, by name. Ask for it last. */
  components(): Record<string, object>
}

/**
 * Finds schemas with a name wherever they stand: by identity, since a schema that is used in another stays the same object; and by their text
 * where `Type.Optional` or `Type.Readonly` made a copy.
 */
export function namedSchemas(schemas: Readonly<Record<string, TSchema>>): NamedSchemas {
  const byIdentity = new Map<object, string>()
  const byText = new Map<string, string>()
  for (const [name, schema] of Object.entries(schemas)) {
    if (!byIdentity.has(schema)) byIdentity.set(schema, name)
    const text = JSON.stringify(schema)
    if (!byText.has(text)) byText.set(text, name)
  }
  const used = new Map<string, object>()

  const nameOf = (value: object): string | undefined =>
    byIdentity.get(value) ?? ('~optional' in value || '~readonly' in value ? byText.get(JSON.stringify(value)) : undefined)
  function copy(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value
    const name = nameOf(value)
    if (name === undefined) return contents(value)
    if (!used.has(name)) {
      used.set(name, {}) // before its contents: it may stand in itself
      used.set(name, contents(schemas[name] as object))
    }
    return { $ref: `#/components/schemas/${name}` }
  }
  function contents(value: object): object {
    if (Array.isArray(value)) return value.map(copy)
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copy(part)]))
  }
  return {
    refer: (part) => contents(part) as typeof part,
    components: () => Object.fromEntries([...used].toSorted(([first], [second]) => (first < second ? -1 : 1))),
  }
}
