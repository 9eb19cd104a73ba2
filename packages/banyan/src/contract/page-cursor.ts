import { type Static, type TSchema, Type, type TString } from 'typebox'
import { BanyanError } from '../kernel/error.ts'
import { Text } from './text.ts'
import { schemaCheck } from './validator.ts'

// Owns: what a cursor is. It comes from outside whoever wrote it, so what it holds passes a schema as any other input does.

/** What a wrong cursor is told, the same in every list. */
const EXPECTED = 'must be nextCursor of the page before; begin without it'
const UUID_PATTERN = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'

/**
 * Schema of the cursor of a list that is sorted by ids which `id()` made: the last id of the page before. For lists that are sorted by more,
 * see {@link pageCursor}.
 */
export function idCursor(): TString {
  return Text.id({ pattern: UUID_PATTERN, expected: EXPECTED })
}

/** Writes and reads the places where pages end, as opaque texts. */
export interface PageCursor<P> {
  write(place: P): string
  /** Returns the place; throws `invalid_argument` that names the field for whatever `write` cannot have written. */
  read(cursor: string): P
}

/**
 * Builds the cursors of a list. `place` is the schema of what they hold: give every text in it a kind and a bound, for a client can send any
 * place in a cursor that it made up. `field` is the input's field, for messages. The contract takes a cursor as `Text.token`, with room for
 * the longest.
 */
export function pageCursor<T extends TSchema>(place: T, field = 'cursor'): PageCursor<Static<T>> {
  const check = schemaCheck(Type.Object({ place }, { additionalProperties: false }))
  const write = (value: Static<T>): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return {
    write,
    read(cursor) {
      const value = decoded(cursor)
      // Decoding is lenient, so that one place has many spellings; the only one that a list wrote is the one that it would write again.
      if (value === undefined || !check.fits({ place: value }) || write(value as Static<T>) !== cursor) throw wrongCursor(field)
      return value as Static<T>
    },
  }
}

/** The error for a cursor that no page of the list ended with; `expected` says more, where there is more to say. */
export function wrongCursor(field: string, expected = EXPECTED): BanyanError {
  return new BanyanError('invalid_argument', `${field}: ${expected}`, { fields: [{ path: `/${field}`, expected }] })
}

function decoded(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    return undefined
  }
}
