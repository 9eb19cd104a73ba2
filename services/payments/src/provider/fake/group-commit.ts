import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from 'banyan/kernel'

interface Job {
  readonly run: () => unknown
  readonly resolve: (value: never) => void
  readonly reject: (error: unknown) => void
}

/** Runs pieces of work on a database so that those of one turn of the event loop share one durable commit. */
export interface GroupCommit {
  /** Resolves with what `run` returned once it is durable. `run` must be synchronous and must not throw after it wrote. */
  write<T>(run: () => T): Promise<T>
  /** Commits what waits. */
  flush(): void
}

/** Builds the group commit of one database. */
export function groupCommit(database: DatabaseSync, clock: Pick<Clock, 'soon'>): GroupCommit {
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  let waiting: Job[] = []

  function flush(): void {
    const jobs = waiting
    if (jobs.length === 0) return
    waiting = []
    try {
      begin.run()
      const values = jobs.map((job) => job.run())
      commit.run()
      for (const [index, job] of jobs.entries()) job.resolve(values[index] as never)
    } catch (error) {
      if (database.isOpen && database.isTransaction) database.exec('ROLLBACK')
      for (const job of jobs) job.reject(error)
    }
  }
  return {
    write: (run) =>
      new Promise((resolve, reject) => {
        if (waiting.push({ run, resolve, reject }) === 1) clock.soon(flush)
      }),
    flush,
  }
}
