import { type CancelTimer, type Runtime } from 'banyan/kernel'
import type { ConnectionTarget } from './connection-target.ts'
import type { Row } from './wire-batch.ts'

/** What a watch is made with. */
export interface LockWatchOptions {
  readonly target: ConnectionTarget
  readonly service: string
  readonly runtime: Pick<Runtime, 'clock' | 'log'>
  /** Runs one statement by itself. */
  readonly query: (name: string, text: string, values: readonly string[]) => Promise<Row[]>
}

/** Somebody who holds what we wait for: a session of the server, or a transaction that was prepared and left. */
interface Blocker {
  readonly fields: Row
  /** Monotonic milliseconds. */
  readonly firstSeen: number
  lastSeen: number
  said: boolean
}

/** Our statements wait for a lock no longer than 250 ms and come again; so a look at this interval meets one that waits. */
const LOOK_MS = 100
/** Looks go on for so long after a statement waited in vain. */
const WATCH_MS = 8_000
/** Who holds us up for so long is named: our own transactions last milliseconds, deadlocks a second. */
const NAMED_AFTER_MS = 5_000
/** Who was not seen for so long has let go. */
const GONE_AFTER_MS = 5_000

/**
 * Finds out who holds the locks that this process waits for, and says it: each once in the log, and in the store's health while it lasts. It asks
 * only after a statement of ours waited for a lock in vain. Never shows what others' statements say: that may be personal.
 */
export class LockWatch {
  readonly #options: LockWatchOptions
  readonly #blockers = new Map<string, Blocker>()
  #until = Number.NEGATIVE_INFINITY
  #cancel: CancelTimer | undefined
  #looking = false
  #stopped = false

  constructor(options: LockWatchOptions) {
    this.#options = options
  }

  /** A statement of this store waited for a lock in vain. */
  waited(): void {
    this.#until = this.#options.runtime.clock.monotonic() + WATCH_MS
    if (!this.#looking) this.#schedule()
  }

  /** Who has held up this store for long and still does; undefined when nobody. */
  get blockedBy(): string | undefined {
    const names = [...this.#blockers.values()].filter(({ said }) => said).map(({ fields }) => describe(fields))
    return names.length === 0 ? undefined : `locks that it needs are held by ${names.join(', and by ')}; end that, or wait`
  }

  stop(): void {
    this.#stopped = true
    this.#cancel?.()
  }

  #schedule(): void {
    if (this.#stopped || this.#cancel !== undefined) return
    this.#cancel = this.#options.runtime.clock.setTimer(LOOK_MS, () => {
      this.#cancel = undefined
      void this.#look()
    })
  }
  async #look(): Promise<void> {
    const { target, query, runtime } = this.#options
    this.#looking = true
    try {
      const ours = `banyan ${target.process} ${target.schema}`
      const rows = await query('blockers', BLOCKERS, [ours])
      const left = rows.some(({ pid }) => pid === 0) ? await query('prepared', PREPARED, [target.schema]) : []
      this.#note([...rows.filter(({ pid }) => pid !== 0), ...left])
    } catch {
      // whoever needs the server says that it is away; the next look comes
    } finally {
      this.#looking = false
    }
    this.#forgetGone()
    if (this.#blockers.size > 0 || runtime.clock.monotonic() < this.#until) this.#schedule()
  }

  #note(rows: readonly Row[]): void {
    const now = this.#options.runtime.clock.monotonic()
    for (const { key, ...fields } of rows) {
      const known = this.#blockers.get(key as string)
      if (known === undefined) this.#blockers.set(key as string, { fields, firstSeen: now, lastSeen: now, said: false })
      else known.lastSeen = now
      if (known !== undefined && !known.said && now - known.firstSeen >= NAMED_AFTER_MS) this.#say(known)
    }
  }
  #say(blocker: Blocker): void {
    blocker.said = true
    const { service, runtime } = this.#options
    runtime.log.error('somebody holds locks that this service waits for: events and transactions stand still until that ends', {
      service,
      blocker: shown(blocker.fields),
    })
  }
  #forgetGone(): void {
    const { runtime, service } = this.#options
    for (const [key, { lastSeen, said, fields }] of this.#blockers) {
      if (runtime.clock.monotonic() - lastSeen < GONE_AFTER_MS) continue
      this.#blockers.delete(key)
      if (said) runtime.log.warn('the locks that this service waited for are free again', { service, blocker: shown(fields) })
    }
  }
}

function shown(fields: Row): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => {
      if (value === null || value === '') return []
      return [[name, name.endsWith('At') ? new Date(value as number).toISOString() : value]]
    }),
  )
}
function describe(fields: Row): string {
  const parts = Object.entries(shown(fields)).map(([name, value]) => `${name} ${String(value)}`)
  return parts.join(', ')
}

/**
 * Those at the root: who waits for another himself holds nobody up. A pid of 0 stands for a prepared transaction. Ours are sessions that are called
 * as $1, or so with another word behind it; the server cuts names off after 63 bytes.
 */
const BLOCKERS = `WITH RECURSIVE chain(pid) AS (
    SELECT blocker FROM pg_stat_activity, unnest(pg_blocking_pids(pid)) AS blocker
      WHERE wait_event_type = 'Lock' AND (application_name = left($1, 63) OR starts_with(application_name, left($1 || ' ', 63)))
    UNION SELECT blocker FROM chain, unnest(pg_blocking_pids(chain.pid)) AS blocker WHERE chain.pid <> 0)
  SELECT chain.pid AS pid, concat(chain.pid, ' ', extract(epoch FROM backend_start)) AS key, application_name AS application, usename::text AS user,
    host(client_addr) AS client, state, (extract(epoch FROM xact_start) * 1000)::bigint AS "transactionStartedAt",
    (extract(epoch FROM query_start) * 1000)::bigint AS "statementStartedAt"
  FROM chain LEFT JOIN pg_stat_activity a ON a.pid = chain.pid WHERE chain.pid = 0 OR cardinality(pg_blocking_pids(chain.pid)) = 0`

/**
 * Prepared transactions that hold a lock on a table of ours. Their locks name no session; what ties them together is the virtual transaction, which
 * the lock on the transaction's own number carries too.
 */
const PREPARED = `SELECT concat('prepared ', gid) AS key, gid AS "preparedTransaction", owner::text AS user,
    (extract(epoch FROM prepared) * 1000)::bigint AS "preparedAt"
  FROM pg_prepared_xacts p WHERE database = current_database() AND EXISTS (
    SELECT 1 FROM pg_locks own JOIN pg_locks held ON held.pid IS NULL AND held.virtualtransaction = own.virtualtransaction
      JOIN pg_class c ON c.oid = held.relation
      WHERE own.pid IS NULL AND own.locktype = 'transactionid' AND own.transactionid = p.transaction
        AND c.relnamespace = to_regnamespace(quote_ident($1)))`
