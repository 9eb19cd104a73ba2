import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { temporaryDirectory } from '@banyan/testing'
import { EVENT_COLUMNS, fillRanges, fillStatement } from './event-rows.ts'
import { type EventBooks, eventValues, keyOf } from './events-floor.ts'

const LOG = `CREATE TABLE log (
  position INTEGER PRIMARY KEY AUTOINCREMENT, event_id TEXT NOT NULL, type TEXT NOT NULL, version INTEGER NOT NULL, event_key TEXT NOT NULL,
  occurred_at BIGINT NOT NULL, data TEXT NOT NULL, correlation_id TEXT NOT NULL, causation_id TEXT NOT NULL, traceparent TEXT NOT NULL)`
const READER = `
CREATE TABLE seen (key TEXT PRIMARY KEY, times BIGINT NOT NULL);
CREATE TABLE cursor (source TEXT PRIMARY KEY, position BIGINT NOT NULL) WITHOUT ROWID;
INSERT INTO cursor VALUES ('log', 0);`

/** Opens the bare tables as two files of `node:sqlite`, as two services have them, each fully synced. */
export function sqliteEventBooks(): EventBooks {
  const directory = temporaryDirectory()
  const source = openFile(path.join(directory.path, 'source.db'), LOG)
  const sink = openFile(path.join(directory.path, 'sink.db'), READER)
  const append = source.database.prepare(`INSERT INTO log (${EVENT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const read = source.database.prepare('SELECT position, data FROM log WHERE position > ? ORDER BY position LIMIT ?')
  const count = sink.database.prepare('INSERT INTO seen (key, times) VALUES (?, 1) ON CONFLICT (key) DO UPDATE SET times = times + 1')
  const move = sink.database.prepare(`UPDATE cursor SET position = ? WHERE source = 'log'`)
  const total = sink.database.prepare('SELECT SUM(times) AS total FROM seen')
  const fill = source.database.prepare(fillStatement('log'))
  let position = 0
  return {
    emit: (numbers) =>
      source.transaction(() => {
        for (const number of numbers) append.run(...eventValues(number))
      }),
    handle(limit) {
      const events = read.all(position, limit) as unknown as readonly { position: number; data: string }[]
      position = events.at(-1)?.position ?? position
      sink.transaction(() => {
        for (const { data } of events) count.run(keyOf(data))
        move.run(position)
      })
      return events.length
    },
    fill(events) {
      for (const range of fillRanges(events)) fill.run(...range)
    },
    counted: () => Number(total.get()?.['total']),
    async [Symbol.asyncDispose]() {
      source.database.close()
      sink.database.close()
      directory[Symbol.dispose]()
    },
  }
}

function openFile(file: string, schema: string) {
  const database = new DatabaseSync(file)
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; ${schema}`)
  const [begin, commit] = [database.prepare('BEGIN IMMEDIATE'), database.prepare('COMMIT')]
  return {
    database,
    transaction(work: () => void): void {
      begin.run()
      work()
      commit.run()
    },
  }
}
