/**
 * Plain JSON is what a trip through JSON text gives back unchanged: null, booleans, finite numbers, texts, lists, and objects without a class.
 * Fields that are `undefined` count as absent. Everything else would change on its way without a word: a Date becomes a text, a Map an empty
 * object, NaN null, and `undefined` in a list null.
 */

/** Stands for a value that is not plain JSON. */
export const NOT_PLAIN = Symbol('not plain JSON')

/** Something that JSON cannot carry, and where. */
export interface Unsendable {
  /** JSON pointer into the value, e.g. `/items/0/at`; empty for the whole. */
  readonly path: string
  /** What it is, e.g. `a Date`. */
  readonly found: string
}

/** Tells whether an object has no class: made by braces or JSON, without a prototype, or made so in another realm. */
export function isPlainObject(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null
  if (prototype === Object.prototype || prototype === null) return true
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'hasOwnProperty')
}

/** Sets a field, also one named `__proto__`, which an assignment would take for the prototype. */
export function setField(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true })
  else target[name] = value
}

/**
 * Copies a value as its JSON text would; {@link NOT_PLAIN} when some part of it is not plain JSON, or is `undefined` outside of a field.
 * Throws `RangeError` for a value that refers to itself or is nested deeper than the stack.
 */
export function plainCopy(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value + 0 : NOT_PLAIN // −0 is 0 in JSON
    case 'object':
      return value === null ? null : Array.isArray(value) ? copyList(value) : copyObject(value as Record<string, unknown>)
    case 'undefined':
    case 'bigint':
    case 'symbol':
    case 'function':
      return NOT_PLAIN
  }
}

function copyList(list: readonly unknown[]): unknown {
  const copy: unknown[] = []
  for (let index = 0; index < list.length; index++) {
    const item = plainCopy(list[index])
    if (item === NOT_PLAIN) return NOT_PLAIN
    copy.push(item)
  }
  return copy
}

function copyObject(object: Record<string, unknown>): unknown {
  if (!isPlainObject(object)) return NOT_PLAIN
  const copy: Record<string, unknown> = {}
  for (const name of Object.keys(object)) {
    const field = object[name]
    if (field === undefined) continue
    const value = plainCopy(field)
    if (value === NOT_PLAIN) return NOT_PLAIN
    setField(copy, name, value)
  }
  return copy
}

/** Finds the first part of a value that is not plain JSON; undefined when all of it is. A value that refers to itself is one. */
export function findUnsendable(value: unknown): Unsendable | undefined {
  try {
    return isPlain(value) ? undefined : search(value, '')
  } catch (thrown) {
    if (thrown instanceof RangeError) return { path: '', found: 'nested too deeply, or refers to itself' }
    throw thrown
  }
}

/** Runs for every output of a step: makes nothing. */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return plainCopy(value) !== NOT_PLAIN
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) if (!isPlain(value[index])) return false
    return true
  }
  if (!isPlainObject(value)) return false
  const fields = value as Record<string, unknown>
  for (const name of Object.keys(fields)) if (fields[name] !== undefined && !isPlain(fields[name])) return false
  return true
}

function search(value: unknown, path: string): Unsendable | undefined {
  if (typeof value !== 'object' || value === null) return plainCopy(value) === NOT_PLAIN ? { path, found: kindOf(value) } : undefined
  if (!Array.isArray(value) && !isPlainObject(value)) return { path, found: kindOf(value) }
  for (const name of Array.isArray(value) ? value.keys() : Object.keys(value)) {
    const part = (value as Record<string | number, unknown>)[name]
    if (part === undefined && !Array.isArray(value)) continue
    const found = search(part, `${path}/${pointerSegment(String(name))}`)
    if (found) return found
  }
  return undefined
}

/** Writes a name as a segment of a JSON pointer. */
export function pointerSegment(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

function kindOf(value: unknown): string {
  if (typeof value === 'number') return String(value)
  if (value === undefined) return 'undefined'
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`
  const maker = (Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null)?.constructor?.name
  const name = typeof maker === 'string' && maker !== '' ? maker : 'class instance'
  return `${/^[AEIOU]/i.test(name) ? 'an' : 'a'} ${name}`
}
