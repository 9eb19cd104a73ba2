import { NOT_PLAIN } from '../../kernel/plain-json.ts'
import { CodeWriter } from './code-writer.ts'
import { Place, type PlacedSchema } from './place.ts'
import { type Pass, type PassOptions, plainWalk } from './plain-walk.ts'
import type { SchemaNode } from './schema-node.ts'
import { schemaWriter } from './write-schema.ts'

/** Keywords whose meaning depends on schemas around them: a schema that has one anywhere is walked as a whole. */
const CONTEXTUAL = /"(unevaluated(Items|Properties)|\$(recursive|dynamic)(Ref|Anchor)|\$anchor)":/

/**
 * Compiles the pass of a schema: one function that checks, copies and drops in one walk, without a decision that does not depend on the
 * value. Parts that cannot be compiled, and processes that must not compile code, use the plain walk.
 */
export function compilePass(schema: SchemaNode, options: PassOptions): Pass {
  const placed = { schema, place: Place.ofRoot(schema) }
  return quietlyDeep(
    CONTEXTUAL.test(textOf(schema)) ? plainWalk(placed, options) : (compiled(placed, options) ?? plainWalk(placed, options)),
  )
}

function textOf(schema: SchemaNode): string {
  return JSON.stringify(schema, (_name, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}

function compiled(placed: PlacedSchema, options: PassOptions): Pass | undefined {
  const code = new CodeWriter()
  const name = schemaWriter(code, options).functionOf(placed)
  try {
    return code.evaluate(name)
  } catch (thrown) {
    if (thrown instanceof EvalError) return undefined
    throw thrown
  }
}

/** A value that refers to itself, or is nested deeper than the stack, does not fit. */
function quietlyDeep(pass: Pass): Pass {
  return (value) => {
    try {
      return pass(value)
    } catch (thrown) {
      if (thrown instanceof RangeError) return NOT_PLAIN
      throw thrown
    }
  }
}
