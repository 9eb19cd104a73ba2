import { misuse } from '../../kernel/error.ts'
import { isSchemaObject, namedSchemas, type SchemaNode, type SchemaObject } from './schema-node.ts'

/** A schema together with where it stands. */
export interface PlacedSchema {
  readonly schema: SchemaNode
  readonly place: Place
}

/** The same of a schema with keywords, not `true` or `false`. */
export interface PlacedObject {
  readonly schema: SchemaObject
  readonly place: Place
}

/** Where a schema stands: what its references mean. */
export class Place {
  readonly #definitions: Readonly<Record<string, SchemaNode>>
  readonly #root: SchemaNode
  readonly #outer: Place | undefined

  private constructor(root: SchemaNode, definitions: Readonly<Record<string, SchemaNode>>, outer: Place | undefined) {
    this.#root = root
    this.#definitions = definitions
    this.#outer = outer
  }

  /** The place of a whole schema. */
  static ofRoot(root: SchemaNode): Place {
    return new Place(root, {}, undefined)
  }

  /** The place of a schema's parts: its own `$defs` are known there. */
  within(schema: SchemaObject): Place {
    return isSchemaObject(schema['$defs']) ? new Place(this.#root, namedSchemas(schema['$defs']), this) : this
  }

  /** Finds what a `$ref` means: a name of the nearest `$defs`, or a JSON pointer from the root. Throws `misuse` when there is no such schema. */
  resolve(reference: string): PlacedSchema {
    if (reference.startsWith('#')) return this.#pointed(reference)
    if (Object.hasOwn(this.#definitions, reference)) return { schema: this.#definitions[reference] as SchemaNode, place: this }
    if (this.#outer) return this.#outer.resolve(reference)
    return misuse(`a schema refers to "${reference}", which is not among its $defs; define it by Type.Module or Type.Cyclic`)
  }

  /**
   * Every schema that can be referred to by name from here; of two with one name the nearer. Those that stand inside of others are among them:
   * TypeBox, which is told them for a part of a schema, looks for names in what it is told only.
   */
  names(): Record<string, SchemaNode> {
    return { ...(this.#outer?.names() ?? definitionsIn(this.#root)), ...this.#definitions }
  }

  #pointed(reference: string): PlacedSchema {
    let place = Place.ofRoot(this.#root)
    let at: unknown = this.#root
    for (const segment of reference.slice(1).split('/').slice(1)) {
      if (isSchemaObject(at)) place = place.within(at)
      const name = decodeURIComponent(segment).replaceAll('~1', '/').replaceAll('~0', '~')
      at = typeof at === 'object' && at !== null && Object.hasOwn(at, name) ? (at as Record<string, unknown>)[name] : undefined
    }
    if (typeof at !== 'boolean' && !isSchemaObject(at)) misuse(`a schema refers to "${reference}", where it has no schema`)
    return { schema: at, place }
  }
}

function definitionsIn(schema: unknown): Record<string, SchemaNode> {
  if (typeof schema !== 'object' || schema === null) return {}
  const own = isSchemaObject(schema) ? namedSchemas(schema['$defs']) : {}
  return Object.assign({}, own, ...Object.values(schema).map(definitionsIn)) as Record<string, SchemaNode>
}
