import { type Duration, durationMs } from '../../kernel/duration.ts'
import { misuse } from '../../kernel/error.ts'
import { onlyOptions, partsOf } from '../../kernel/form.ts'
import type { WithSql } from '../../store/definition.ts'

/** Removes rows of a service's own that nobody needs any more, e.g. sessions that have expired. */
export interface RemovalRule<R extends object = object> {
  /** Names it in metrics, e.g. `sessions`. */
  readonly name: string
  /**
   * Removes at most `limit` rows by the service's repository, through an index, and returns how many. `now` is epoch milliseconds. Runs in a
   * transaction of its own.
   */
  readonly remove: (tx: R, now: number, limit: number) => Promise<number>
}

/** Rows that are removed by their age. All names are the author's own and go into the statement as they are. */
export interface AgedRows {
  /** Names the rule in metrics. */
  readonly name: string
  readonly table: string
  /** Column that names a row; one of its own index. */
  readonly key: string
  /** Column of the moment from which a row's time counts, in epoch milliseconds; with an index. */
  readonly time: string
  /** Milliseconds that a row is kept after its moment. Default 0: the moment is that at which it may go. */
  readonly keptMs?: number
}

/** Returns the rule, for a store in SQL, that removes rows once their time is over, the oldest first. */
export function removeAged(rows: AgedRows): RemovalRule<WithSql<object>> {
  onlyOptions('removeAged()', rows, AGED_ROWS)
  const { name, table, key, time, keptMs = 0 } = rows
  const query = `DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${table} WHERE ${time} <= ? ORDER BY ${time} LIMIT ?)`
  return { name, remove: ({ sql }, now, limit) => sql.run(query, now - keptMs, limit) }
}

/** What a service keeps for how long. Everything that is open, stuck, parked or under way is kept without end. */
export interface Retention {
  /** Sagas that have ended, with their steps. Default {@link SAGAS_KEPT}; until then starting the same id again starts nothing. */
  readonly sagas?: Duration
  /** Entries of the audit trail. Default {@link AUDIT_KEPT}. */
  readonly audit?: Duration
  /**
   * Events of the service's own log, once all consumers have them. Default: for ever, because projections are rebuilt from them; with a
   * duration, a rebuild that needs removed events is refused. At least {@link EVENTS_KEPT_MIN}.
   */
  readonly events?: Duration
  /** Rows of the service's own tables. Default none. */
  // oxlint-disable-next-line typescript/no-explicit-any -- each rule knows the repository that it works with
  readonly rules?: readonly RemovalRule<any>[]
}

/** All that a retention may say. */
export const RETENTION = partsOf<Retention>({ sagas: true, audit: true, events: true, rules: true })
const AGED_ROWS = partsOf<AgedRows>({ name: true, table: true, key: true, time: true, keptMs: true })

/** A retention in milliseconds. */
export interface RetentionPolicy {
  readonly sagasMs: number
  readonly auditMs: number
  /** Undefined: for ever. */
  readonly eventsMs: number | undefined
  readonly rules: readonly RemovalRule[]
}

/** Long enough to look into last month's complaints, and four times as long as answers for idempotency keys are kept. */
export const SAGAS_KEPT: Duration = '30d'
/** A year's trail, with a month to audit it. */
export const AUDIT_KEPT: Duration = '400d'
/** A consumer that is added or brought back by a deployment, or by a restored backup of last night, must still find its events. */
export const EVENTS_KEPT_MIN: Duration = '1d'

/** Fills in the defaults. Throws `misuse` for a duration that cannot be honoured. */
export function retentionPolicy(
  service: string,
  { sagas = SAGAS_KEPT, audit = AUDIT_KEPT, events, rules = [] }: Retention,
): RetentionPolicy {
  const policy = {
    sagasMs: durationMs(sagas),
    auditMs: durationMs(audit),
    eventsMs: events === undefined ? undefined : durationMs(events),
    rules,
  }
  if (!(policy.sagasMs >= 0 && policy.auditMs >= 0)) misuse(`service ${service}: retention cannot be negative`)
  if (policy.eventsMs !== undefined && !(policy.eventsMs >= durationMs(EVENTS_KEPT_MIN)))
    misuse(
      `service ${service}: retention.events is ${events}; keep events for at least ${EVENTS_KEPT_MIN}, or leave it out to keep them for ever`,
    )
  return policy
}
