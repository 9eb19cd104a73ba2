import { isUtf8 } from 'node:buffer'
import { BanyanError } from 'banyan/kernel'
import { jsonErrorOffset } from './json-error-offset.ts'
import { measureJson } from './json-measure.ts'
import { countNames, repeatedName } from './json-names.ts'

/** Levels of objects and lists in one body. Deeper ones are no order but an attempt to exhaust a stack. */
export const DEPTH_MAX = 32

/** An input under construction: owned by the request alone. */
export type JsonObject = Record<string, unknown>

/**
 * Values in one body at most, where the operation's schema does not set a lower bound: an order has some hundred. Parsing, checking and
 * copying them takes some ten milliseconds, in which nobody else is served.
 */
export const VALUES_MAX = 20_000

/**
 * Parses the body of a request. Throws `payload_too_large` when it has more than `valuesMax` values, `malformed_json` with the
 * position, and `invalid_argument` when it is no object, too deep, has a name twice in one object, or one that JavaScript could mistake for a prototype.
 */
export function parseJsonBody(bytes: Buffer, valuesMax = VALUES_MAX): JsonObject {
  if (!isUtf8(bytes)) throw new BanyanError('malformed_json', 'the body is not valid UTF-8')
  const names = measureJson(bytes, { values: valuesMax, depth: DEPTH_MAX })
  if (names === 'too deep') throw refused('', `must not be nested deeper than ${DEPTH_MAX} levels`)
  if (names === 'too many values') throw new BanyanError('payload_too_large', `the body has more than ${valuesMax} values; send less`)
  const text = bytes.toString('utf8')
  const value = parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BanyanError('invalid_argument', 'the body must be a JSON object', { fields: [{ path: '', expected: 'must be an object' }] })
  if (mayHideNames(text)) checkNames(value)
  if (countNames(value) !== names) throw repeated(repeatedName(text) ?? '')
  return value as JsonObject
}

/** Without one of these in the text, no name can be one that is not allowed: only `\u` can hide it. */
function mayHideNames(text: string): boolean {
  return text.includes('\\u') || text.includes('__proto__') || text.includes('constructor')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const offset = jsonErrorOffset(text)
    const before = text.slice(0, offset)
    const line = before.split('\n').length
    const column = offset - before.lastIndexOf('\n')
    throw new BanyanError('malformed_json', `the body is not valid JSON: see position ${offset} (line ${line}, column ${column})`)
  }
}

function checkNames(value: object): void {
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object' && item !== null) checkNames(item)
    return
  }
  // for…in visits own names only here: JSON.parse makes plain objects, and nothing is added to their prototype.
  for (const name in value) {
    if (name === '__proto__') throw refused(name, 'is a name that is not allowed')
    const item = (value as JsonObject)[name]
    if (typeof item !== 'object' || item === null) continue
    if (name === 'constructor' && 'prototype' in item) throw refused(name, 'is a name that is not allowed')
    checkNames(item)
  }
}

function refused(name: string, expected: string): BanyanError {
  return new BanyanError('invalid_argument', `the body ${expected}`, { fields: [{ path: name === '' ? '' : `/${name}`, expected }] })
}

function repeated(path: string): BanyanError {
  const expected = 'must be there once: readers of JSON differ in which of two values they take'
  return new BanyanError('invalid_argument', 'the body has a name twice in one object; send it once', { fields: [{ path, expected }] })
}
