import { BanyanError } from 'banyan/kernel'
import type { SqlValue } from 'banyan/store'

/** What a statement's placeholders may carry: the port's values, and lists of them for the adapter's own statements. */
export type Parameter = SqlValue | readonly (string | number)[]

/** Turns the text of one column into a value of the port. */
export type ColumnParser = (text: string) => SqlValue

/** PostgreSQL's numbers of the types that come back as something else than text. */
const OID = { bool: 16, bytea: 17, int8: 20, int2: 21, int4: 23, oid: 26, float4: 700, float8: 701, numeric: 1700 } as const

const PARSERS: Readonly<Record<number, ColumnParser>> = {
  [OID.bool]: (text) => (text === 't' ? 1 : 0),
  [OID.bytea]: parseBytes,
  [OID.int8]: parseInteger,
  [OID.int2]: Number,
  [OID.int4]: Number,
  [OID.oid]: Number,
  [OID.float4]: Number,
  [OID.float8]: Number,
  [OID.numeric]: parseNumeric,
}

/** Returns the parser of a column type: numbers as numbers, booleans as 0 and 1, bytes as bytes, the rest as PostgreSQL's text. */
export function columnParser(typeId: number): ColumnParser {
  return PARSERS[typeId] ?? keepText
}

function keepText(text: string): string {
  return text
}

/** Reads an int8. Throws rather than to round: a wrong amount of money is worse than an error. */
function parseInteger(text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value)) return value
  throw new BanyanError('misuse', `the query returned ${text}, beyond the exact range of numbers (±9007199254740991); store it as TEXT`)
}

/** PostgreSQL answers `SUM(bigint)` and `AVG` as numeric; SQLite as integer and real. */
function parseNumeric(text: string): number {
  return text.includes('.') || text === 'NaN' ? Number(text) : parseInteger(text)
}

function parseBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.slice(2), 'hex'))
}

/** Returns a parameter as PostgreSQL reads it: text, bytes, or null. */
export function encodeParameter(value: Parameter): string | Uint8Array | null {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  if (value === null || value === undefined) return null
  if (value instanceof Uint8Array) return value
  if (Array.isArray(value)) return encodeList(value)
  throw new BanyanError('misuse', `a ${typeof value} cannot be stored; use a string, a number, null or a Uint8Array (booleans are 0 and 1)`)
}

function encodeList(values: readonly (string | number)[]): string {
  let text = '{'
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as string | number
    if (index > 0) text += ','
    text += typeof value === 'number' ? value : `"${value.replace(/[\\"]/g, '\\$&')}"`
  }
  return `${text}}`
}
