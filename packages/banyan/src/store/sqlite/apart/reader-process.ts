// Entry point of a reader process: answers statements on one snapshot at a time, so that no statement holds the process that asks.
// It opens files for reading only, ends with the process that started it, and may be killed at any moment: a reader leaves nothing behind.
import { toBanyanError } from '../../../kernel/error.ts'
import { openReader } from '../open-database.ts'
import type { SqliteConnection } from '../sqlite-connection.ts'
import type { ReaderAnswer, ReaderRequest } from './reader-protocol.ts'

let connection: SqliteConnection | undefined

if (import.meta.main) {
  process.on('message', (request: ReaderRequest) => void process.send?.(answer(request)))
  // Ctrl-C in a terminal reaches the whole group; the process that started us decides when a read ends.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => {})
}

function answer(request: ReaderRequest): ReaderAnswer {
  const { number } = request
  try {
    return { number, rows: rowsOf(request) }
  } catch (thrown) {
    const { code, message, cause } = toBanyanError(thrown)
    return { number, error: { code, message: code === 'internal' && cause instanceof Error ? cause.message : message } }
  }
}

function rowsOf(request: ReaderRequest): readonly unknown[] {
  switch (request.kind) {
    case 'begin':
      connection?.close()
      connection = openReader(request.path)
      connection.begin()
      connection.get('SELECT 1 FROM sqlite_schema', []) // the snapshot is taken by the first statement
      return []
    case 'all':
      return connection?.all(request.query, request.values, request.rowsMax) ?? []
    case 'end':
      connection?.close()
      connection = undefined
      return []
  }
}
