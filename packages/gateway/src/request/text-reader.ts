import { type QueryKind, queryKind, type TSchema } from 'banyan/contract'

/** Stands for a text that does not fit. */
export const WRONG = Symbol('wrong')

/** Turns texts of a path, a query string or a header into the type that a field's schema asks for. */
export interface TextReader {
  /** Returns the value, or {@link WRONG}. Limits such as a minimum are the schema's to check. */
  read(text: string): unknown
  /** What a text must be, e.g. `must be an integer`. */
  readonly expected: string
  /** True when the field is a list: each repetition adds an item. */
  readonly list: boolean
}

/** A number as JSON writes it; no hexadecimal, no blanks, no infinity. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const INTEGER = /^-?(?:0|[1-9]\d*)$/

const TEXT: TextReader = { read: (text) => text, expected: 'must be a text', list: false }
const WHOLE: TextReader = {
  read(text) {
    const value = INTEGER.test(text) ? Number(text) : Number.NaN
    return Number.isSafeInteger(value) ? value : WRONG
  },
  expected: 'must be an integer',
  list: false,
}
const DECIMAL: TextReader = {
  read(text) {
    const value = NUMBER.test(text) ? Number(text) : Number.NaN
    return Number.isFinite(value) ? value : WRONG
  },
  expected: 'must be a number',
  list: false,
}
const TRUTH: TextReader = {
  read: (text) => (text === 'true' ? true : text === 'false' ? false : WRONG),
  expected: 'must be true or false',
  list: false,
}
const NOTHING: TextReader = { read: () => WRONG, expected: 'cannot be given here; send it in the body', list: false }

const READERS: Readonly<Record<QueryKind['kind'], TextReader>> = {
  text: TEXT,
  number: DECIMAL,
  integer: WHOLE,
  boolean: TRUTH,
  nothing: NOTHING,
}

/** Returns the reader of a field. */
export function textReader(schema: TSchema): TextReader {
  const { kind, list } = queryKind(schema)
  return list ? { ...READERS[kind], list } : READERS[kind]
}
