import { isPlainObject, NOT_PLAIN, plainCopy, setField } from '../../kernel/plain-json.ts'
import { mergeCopies } from './merge-copies.ts'

/** What compiled code calls by name. `R` stands for a refusal. */
const HELPERS = { R: NOT_PLAIN, copy: plainCopy, plain: isPlainObject, set: setField, merge: mergeCopies, own }

/** One statement at a time: the text of one or more functions under construction, and the values that they use. */
export class CodeWriter {
  readonly #functions: string[] = []
  readonly #externals: unknown[] = []
  #lines: string[] = []
  #names = 0

  /** Adds a statement to the function under construction. */
  line(text: string): void {
    this.#lines.push(text)
  }

  /** Returns a name that no other variable has. */
  name(): string {
    return `v${this.#names++}`
  }

  /** Returns the expression of a value that cannot be written as text. */
  external(value: unknown): string {
    return `x[${this.#externals.push(value) - 1}]`
  }

  /** Writes a function of one argument, whose body `write` adds; returns its name through `named` first, so that it can call itself. */
  func(write: (argument: string) => string, named?: (name: string) => void): string {
    const [name, argument, around] = [this.name(), this.name(), this.#lines]
    named?.(name)
    this.#lines = []
    const result = write(argument)
    this.#functions.push(`function ${name}(${argument}) {\n${this.#lines.join('\n')}\nreturn ${result}\n}`)
    this.#lines = around
    return name
  }

  /** Makes the function of this name. Throws `EvalError` where the process forbids to compile code. */
  evaluate(name: string): (value: unknown) => unknown {
    const text = `"use strict"\nconst { ${Object.keys(HELPERS).join(', ')} } = h\n${this.#functions.join('\n')}\nreturn ${name}`
    // oxlint-disable-next-line typescript/no-implied-eval -- the texts of schemas stand in it as JSON literals only, see `literal`
    return new Function('h', 'x', text)(HELPERS, this.#externals) as (value: unknown) => unknown
  }
}

/** Writes a text, number, boolean or null of a schema as code: the only way for a schema's texts into it. */
export function literal(value: null | boolean | number | string): string {
  return JSON.stringify(value)
}

/** Writes the reading of a field. Names that every object inherits are read from the object itself only. */
export function fieldOf(object: string, name: string): string {
  return name in Object.prototype ? `own(${object}, ${literal(name)})` : `${object}[${literal(name)}]`
}

function own(object: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined
}
