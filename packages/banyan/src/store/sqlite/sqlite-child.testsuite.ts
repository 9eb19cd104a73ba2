// Run as a process of its own by sqlite-processes.integration.ts. Arguments: directory, task. Prints one line of JSON.
import { writeSync } from 'node:fs'
import { argv } from 'node:process'
import { BanyanError } from '../../kernel/error.ts'
import { createRuntime } from '../../kernel/runtime.ts'
import type { Store } from '../store.ts'
import { TABLES } from '../suite/sql-test-state.testsuite.ts'
import { SERVICE } from '../suite/store-harness.testsuite.ts'
import { sqliteStores } from './sqlite-stores.ts'
import type { Sql } from '../sql.ts'

/** What a child reports. */
export interface SqliteChildReport {
  /** Code and message of what stopped it; null when nothing did. */
  readonly code: string | null
  readonly message: string
  /** Transactions that resolved. */
  readonly committed: number
  /** Code of a transaction tried afterwards, and how often `onFatal` was called. */
  readonly later: string | null
  readonly fatal: number
}

if (import.meta.main) await main(argv[2] as string, argv[3] as 'open' | 'fill' | 'fill-and-hold')

async function main(directory: string, task: 'open' | 'fill' | 'fill-and-hold'): Promise<void> {
  let fatal = 0
  let committed = 0
  const factory = sqliteStores({ directory, onFatal: () => fatal++ })
  const opened = await attempt(() => factory.open({ service: SERVICE, migrations: TABLES, runtime: createRuntime() }))
  if (opened.error) return report({ ...failure(opened.error), committed, later: null, fatal })
  const store = opened.value as Store<Sql>
  let error: unknown
  while (task !== 'open' && error === undefined && committed < 500) {
    const round = await attempt(() => insert(store, committed))
    error = round.error
    if (error === undefined) committed++
  }
  const later = await attempt(() => store.transaction(async () => 1))
  report({ ...failure(error), committed, later: failure(later.error).code, fatal })
  if (task === 'fill-and-hold') await new Promise((resolve) => process.stdin.once('end', resolve).resume())
  await store.close()
}

function insert(store: Store<Sql>, number: number): Promise<unknown> {
  return store.transaction((tx) => tx.database.run('INSERT INTO blob (key, content) VALUES (?, ?)', `b${number}`, 'x'.repeat(20_000)))
}

async function attempt<T>(work: () => Promise<T>): Promise<{ value?: T; error?: unknown }> {
  try {
    return { value: await work() }
  } catch (error) {
    return { error }
  }
}

function failure(error: unknown): { code: string | null; message: string } {
  return error instanceof BanyanError ? { code: error.code, message: error.message } : { code: null, message: String(error) }
}

function report(line: SqliteChildReport): void {
  writeSync(1, `${JSON.stringify(line)}\n`)
}
