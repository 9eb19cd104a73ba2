import { isUtf8 } from 'node:buffer'
import { BanyanError } from 'banyan/kernel'
import { jsonErrorOffset } from './json-error-offset.ts'

/** Levels of objects and lists in one body. Deeper ones are no order but an attempt to exhaust a stack. */
export const DEPTH_MAX = 32

/** An input under construction: owned by the request alone. */
export type JsonObject = Record<string, unknown>

/**
 * Parses the body of a request. Throws `malformed_json` with the position, and `invalid_argument` when it is no object,
 * too deep, or carries a name that JavaScript code could mistake for a prototype.
 */
export function parseJsonBody(bytes: Buffer): JsonObject {
  if (!isUtf8(bytes)) throw new BanyanError('malformed_json', 'the body is not valid UTF-8')
  const text = bytes.toString('utf8')
  const value = parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new BanyanError('invalid_argument', 'the body must be a JSON object', { fields: [{ path: '', expected: 'must be an object' }] })
  checkShape(value, 1)
  return value as JsonObject
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

function checkShape(value: object, depth: number): void {
  if (depth > DEPTH_MAX) throw refused('', `must not be nested deeper than ${DEPTH_MAX} levels`)
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object' && item !== null) checkShape(item, depth + 1)
    return
  }
  // for…in visits own names only here: JSON.parse makes plain objects, and nothing is added to their prototype.
  for (const name in value) {
    if (name === '__proto__') throw refused(name, 'is a name that is not allowed')
    const item = (value as JsonObject)[name]
    if (typeof item !== 'object' || item === null) continue
    if (name === 'constructor' && 'prototype' in item) throw refused(name, 'is a name that is not allowed')
    checkShape(item, depth + 1)
  }
}

function refused(name: string, expected: string): BanyanError {
  return new BanyanError('invalid_argument', `the body ${expected}`, { fields: [{ path: name === '' ? '' : `/${name}`, expected }] })
}
