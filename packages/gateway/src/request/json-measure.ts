/** Why a text is not parsed. */
export type JsonExcess = 'too many values' | 'too deep'

/** What a text may have at most. */
export interface JsonLimits {
  readonly values: number
  readonly depth: number
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/**
 * Counts values and levels of a JSON text without parsing it, and stops as soon as it has too many: a megabyte of brackets takes a parser
 * and all that walk over its result a hundred times as long as a megabyte of text. Returns how many names its objects have when it may be parsed.
 */
export function measureJson(bytes: Uint8Array, limits: JsonLimits): JsonExcess | number {
  let values = 1
  let depth = 0
  let names = 0
  for (let at = 0; at < bytes.length; at++) {
    switch (bytes[at] ?? 0) {
      case QUOTE:
        at = endOfText(bytes, at + 1)
        break
      case COLON:
        names++
        break
      case OPEN_LIST:
      case OPEN_OBJECT:
        if (++depth > limits.depth) return 'too deep'
        if (++values > limits.values) return 'too many values'
        break
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        depth--
        break
      case COMMA:
        if (++values > limits.values) return 'too many values'
        break
      default:
    }
  }
  return names
}

function endOfText(bytes: Uint8Array, start: number): number {
  for (let at = start; at < bytes.length; at++) {
    if (bytes[at] === BACKSLASH) at++
    else if (bytes[at] === QUOTE) return at
  }
  return bytes.length
}
