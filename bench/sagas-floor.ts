// The floor of a durable saga: six bare node:sqlite commits (start; four steps, each recorded with the start of the next; end) with the rows
// that a journal needs, shared by as many sagas as are in flight. No definitions, no retries, no leases, no waiting callers.
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { temporaryDirectory } from '@banyan/testing'
import { measureGroups } from './saga-load.ts'

const STEPS = ['one', 'two', 'three', 'four'] as const

using directory = temporaryDirectory()
await measureGroups(openJournal(path.join(directory.path, 'floor.db')))

/** Returns a function that runs `count` sagas side by side in six commits. */
function openJournal(file: string): (count: number, prefix: string) => void {
  const database = new DatabaseSync(file)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  database.exec(`
    CREATE TABLE saga (id TEXT PRIMARY KEY, name TEXT NOT NULL, status TEXT NOT NULL, input TEXT NOT NULL, output TEXT);
    CREATE TABLE step (saga TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL, output TEXT, PRIMARY KEY (saga, name)) WITHOUT ROWID;`)
  const [begin, commit] = [database.prepare('BEGIN IMMEDIATE'), database.prepare('COMMIT')]
  const start = database.prepare(`INSERT INTO saga VALUES (?, 'four-steps', 'running', '{"amount":1}', NULL)`)
  const startStep = database.prepare(`INSERT INTO step VALUES (?, ?, 'started', NULL)`)
  const endStep = database.prepare(`UPDATE step SET status = 'done', output = '{"amount":1}' WHERE saga = ? AND name = ?`)
  const end = database.prepare(`UPDATE saga SET status = 'completed', output = '4' WHERE id = ?`)
  return (count, prefix) => {
    const forEach = (work: (id: string) => void): void => {
      begin.run()
      for (let number = 0; number < count; number++) work(`${prefix}-${number}`)
      commit.run()
    }
    forEach((id) => start.run(id))
    for (const [index, name] of STEPS.entries())
      forEach((id) => {
        if (index > 0) endStep.run(id, STEPS[index - 1] as string)
        startStep.run(id, name)
      })
    forEach((id) => {
      endStep.run(id, 'four')
      end.run(id)
    })
  }
}
