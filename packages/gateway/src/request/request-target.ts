/** Longest request target, in characters. Longer ones get 414; the header limit of the server would cut at 16 KiB. */
export const TARGET_LENGTH_MAX = 8_192

/** What is wrong with a request target. */
export type TargetProblem = 'too_long' | 'malformed'

/** A request target, split. */
export interface RequestTarget {
  /** Still percent-encoded; the same text that routes match. */
  readonly path: string
  /** Without the question mark; empty when there is none. */
  readonly search: string
}

/**
 * Splits a request target. Refuses whatever two parties could read differently: dot segments, empty segments, encoded
 * slashes, backslashes, control characters and non-ASCII bytes, broken percent signs.
 */
export function parseTarget(url: string): RequestTarget | TargetProblem {
  if (url.length > TARGET_LENGTH_MAX) return 'too_long'
  const target = url.charCodeAt(0) === SLASH ? url : originForm(url)
  const end = target === undefined ? -1 : pathEnd(target)
  if (target === undefined || end < 0) return 'malformed'
  if (end === target.length) return { path: target, search: '' }
  return { path: target.slice(0, end), search: target.slice(end + 1) }
}

/** A request target that names the whole URL, split. */
export interface AbsoluteForm {
  /** The host, and maybe a port; unchecked, and maybe empty. */
  readonly authority: string
  /** Path and query string; empty where the URL ends with the host. */
  readonly rest: string
}

/**
 * Splits a request target that names the whole URL, as a request to a proxy does; a server must accept that form too, and go by its host
 * (RFC 9112, 3.2.2). Undefined for a target of any other form.
 */
export function absoluteForm(url: string): AbsoluteForm | undefined {
  const match = /^https?:\/\/([^/?#]*)/i.exec(url)
  return match ? { authority: match[1] as string, rest: url.slice(match[0].length) } : undefined
}

/** Decodes one segment of a path that {@link parseTarget} let through; undefined when it is not UTF-8. */
export function decodeSegment(segment: string): string | undefined {
  if (!segment.includes('%')) return segment
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}

const SLASH = 0x2f
const DOT = 0x2e
const PERCENT = 0x25
const QUESTION = 0x3f
const BACKSLASH = 0x5c

function originForm(url: string): string | undefined {
  const absolute = absoluteForm(url)
  if (!absolute?.authority) return undefined
  return absolute.rest.startsWith('/') ? absolute.rest : `/${absolute.rest}`
}

/** Returns where the path ends, or -1 when it must be refused. */
function pathEnd(target: string): number {
  let segmentStart = 1
  for (let index = 1; ; index++) {
    const code = index < target.length ? target.charCodeAt(index) : QUESTION
    if (code === SLASH || code === QUESTION) {
      // An empty last segment is a trailing slash, which simply matches no route.
      const empty = index === segmentStart && code === SLASH
      if (empty || isDotSegment(target, segmentStart, index)) return -1
      if (code === QUESTION) return searchIsClean(target, index + 1) ? index : -1
      segmentStart = index + 1
    } else if (code === PERCENT) {
      if (!allowedEscape(target, index)) return -1
    } else if (code <= 0x20 || code >= 0x7f || code === BACKSLASH || code === 0x23) return -1
  }
}

function searchIsClean(target: string, start: number): boolean {
  for (let index = start; index < target.length; index++) {
    const code = target.charCodeAt(index)
    if (code <= 0x20 || code >= 0x7f || code === 0x23) return false
  }
  return true
}

/** `.` and `..`, also with encoded dots: a proxy in front of us may have read them as a step up. */
function isDotSegment(target: string, start: number, end: number): boolean {
  let dots = 0
  for (let index = start; index < end; dots++) {
    if (target.charCodeAt(index) === DOT) index += 1
    else if (target.charCodeAt(index) === PERCENT && /^%2e/i.test(target.slice(index, index + 3))) index += 3
    else return false
  }
  return dots === 1 || dots === 2
}

/** Two hex digits that stand for neither a slash, a backslash, nor a control character. */
function allowedEscape(target: string, index: number): boolean {
  const high = hexValue(target.charCodeAt(index + 1))
  const low = hexValue(target.charCodeAt(index + 2))
  if (high < 0 || low < 0) return false
  const byte = high * 16 + low
  return byte >= 0x20 && byte !== SLASH && byte !== BACKSLASH && byte !== 0x7f
}

function hexValue(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const letter = code | 0x20
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}
