import type { SqlValue } from '../../sql.ts'

/** What a reader process is asked for. Each request gets one {@link ReaderAnswer} with its number. */
export type ReaderRequest =
  | { readonly number: number; readonly kind: 'begin'; readonly path: string }
  | {
      readonly number: number
      readonly kind: 'all'
      readonly query: string
      readonly values: readonly SqlValue[]
      readonly rowsMax: number
    }
  | { readonly number: number; readonly kind: 'end' }

/** What came of a request. */
export type ReaderAnswer =
  | { readonly number: number; readonly rows: readonly unknown[] }
  | { readonly number: number; readonly error: { readonly code: string; readonly message: string } }
