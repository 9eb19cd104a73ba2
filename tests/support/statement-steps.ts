import { DatabaseSync, StatementSync } from 'node:sqlite'

/** Counts what each statement of this process takes of SQLite, while it is watched. Reads apart run in other processes and are not among them. */
export interface StatementSteps extends Disposable {
  /** The most steps of SQLite's machine that one execution took, by the statement's text. */
  readonly most: ReadonlyMap<string, number>
}

interface Counted extends StatementSync {
  /** The types of Node do not know of it yet. */
  stat(counter: 'vmStep'): number
}

/** Watches statements that are prepared from now on, until it is disposed of. A statement that several rounds read counts as one execution. */
export function watchStatements(): StatementSteps {
  const most = new Map<string, number>()
  const texts = new WeakMap<StatementSync, string>()
  const { prepare } = DatabaseSync.prototype
  DatabaseSync.prototype.prepare = function (this: DatabaseSync, text: string, ...rest: []) {
    const statement = prepare.call(this, text, ...rest)
    texts.set(statement, text)
    return statement
  }
  const methods = ['get', 'all', 'run', 'iterate'] as const
  const restored = methods.map((method) => {
    const original = StatementSync.prototype[method] as (...values: unknown[]) => unknown
    const counted = function (this: Counted, ...values: unknown[]): unknown {
      const before = this.stat('vmStep')
      const answer = original.apply(this, values)
      const text = texts.get(this)
      if (text !== undefined) most.set(text, Math.max(most.get(text) ?? 0, this.stat('vmStep') - before))
      return answer
    }
    StatementSync.prototype[method] = counted as never
    return () => (StatementSync.prototype[method] = original as never)
  })
  return {
    most,
    [Symbol.dispose]() {
      DatabaseSync.prototype.prepare = prepare
      for (const restore of restored) restore()
    },
  }
}
