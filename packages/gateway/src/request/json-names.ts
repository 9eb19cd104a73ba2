import { pointerSegment } from 'banyan/kernel'

// Owns: how a name that an object of a body has twice is found. RFC 8259 leaves open which value counts then, so two parties may read two things.

const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]/g
/** A name is the sender's own: with a longer one, the pointer ends at the object that has it. */
const NAME_LENGTH_MAX = 100

/** An object or a list that is open, and where in it the text is. */
interface Level {
  /** Names that were seen; undefined for a list. */
  readonly names: Set<string> | undefined
  at: string | number
}

/** Counts the names in all objects of a parsed value: fewer than in its text where an object has one twice. */
export function countNames(value: object): number {
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object' && item !== null) count += countNames(item)
    return count
  }
  // for…in visits own names only here: JSON.parse makes plain objects, and nothing is added to their prototype.
  for (const name in value) {
    const item = (value as Readonly<Record<string, unknown>>)[name]
    count += typeof item === 'object' && item !== null ? countNames(item) + 1 : 1
  }
  return count
}

/** Returns the JSON pointer of the first name that an object of a JSON text has twice; undefined for a text without. Takes longer than parsing it. */
export function repeatedName(text: string): string | undefined {
  const open: Level[] = []
  let awaitsName = false
  for (const [token] of text.matchAll(TOKEN)) {
    const level = open.at(-1)
    if (token === '{' || token === '[') {
      awaitsName = token === '{'
      open.push(awaitsName ? { names: new Set(), at: '' } : { names: undefined, at: 0 })
    } else if (token === '}' || token === ']') {
      awaitsName = false
      open.pop()
    } else if (token === ',') {
      awaitsName = level?.names !== undefined
      if (typeof level?.at === 'number') level.at++
    } else if (awaitsName && level?.names !== undefined) {
      awaitsName = false
      level.at = JSON.parse(token) as string
      if (level.names.has(level.at)) return pointerOf(open)
      level.names.add(level.at)
    }
  }
  return undefined
}

function pointerOf(open: readonly Level[]): string {
  const path = open.map(({ at }) => String(at))
  const tooLong = path.findIndex((segment) => segment.length > NAME_LENGTH_MAX)
  return (tooLong < 0 ? path : path.slice(0, tooLong)).map((segment) => `/${pointerSegment(segment)}`).join('')
}
