import { misuse } from './error.ts'
import { shownValue } from './form.ts'

// Owns: what may name something that an author declares. Names stand in paths, headers, metrics, logs and tables, and are keys of objects.

/** How names of a kind look. */
export interface NameForm {
  readonly pattern: RegExp
  /** The pattern in words, for the message. */
  readonly words: string
  readonly example: string
  readonly lengthMax: number
}

/** Longest name: a database takes no longer one as the name of a schema, nor as part of a table's. */
export const NAME_LENGTH_MAX = 63
/** The name of a service or of what it is about, and what happened to it. */
const EVENT_TYPE_LENGTH_MAX = 2 * NAME_LENGTH_MAX + 1
/** As long as `Text.code` takes one. */
const CODE_LENGTH_MAX = 64

/** The kinds of names. */
export const NAMES = {
  service: {
    pattern: /^[a-z][a-z0-9-]*$/,
    words: 'lower-case letters, digits and dashes',
    example: 'orders',
    lengthMax: NAME_LENGTH_MAX,
  },
  event: {
    pattern: /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9_-]*)+$/,
    words: 'dotted lower-case words',
    example: 'order.created',
    lengthMax: EVENT_TYPE_LENGTH_MAX,
  },
  schema: word('OrderLine'),
  operation: word('placeOrder'),
  part: word('place-order'),
  code: {
    pattern: /^[a-z][a-z0-9_]*$/,
    words: 'lower-case letters, digits and underscores, the first a letter',
    example: 'sold_out',
    lengthMax: CODE_LENGTH_MAX,
  },
} as const satisfies Record<string, NameForm>

/** What every object has, and what makes one a class, a promise or a text of its own: a value by such a name is found where there is none, or is called. */
const TAKEN: ReadonlySet<string> = new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype', 'then', 'toJSON'])

/** Tells whether JavaScript means something of its own by a name, e.g. `__proto__`, `constructor` or `then`. */
export function isTakenName(name: string): boolean {
  return TAKEN.has(name)
}

/** Throws `misuse` for what cannot name a thing of a kind; `label` says which thing it is, e.g. `timer of orders`. */
export function assertName(label: string, name: unknown, { pattern, words, example, lengthMax }: NameForm): asserts name is string {
  if (typeof name !== 'string') misuse(`${label} has the name ${shownValue(name)}; give a text, e.g. "${example}"`)
  if (isTakenName(name)) misuse(`${label} ${shownValue(name)} has a name that JavaScript uses itself; give it another, e.g. "${example}"`)
  if (!pattern.test(name)) misuse(`${label} ${shownValue(name)} must be ${words}, e.g. "${example}"`)
  if (name.length > lengthMax) misuse(`${label} ${shownValue(name)} must have at most ${lengthMax} characters`)
}

function word(example: string): NameForm {
  return { pattern: /^[A-Za-z][\w-]*$/, words: 'a word of letters, digits, dashes and underscores', example, lengthMax: NAME_LENGTH_MAX }
}
