import { toTimestamp } from 'banyan/contract'

/** Names of fields that hold a moment. */
const MOMENT = /^(?:at|time|[a-z]+At)$/

/** The last moment that is written with a year of four digits. A wait without a limit is kept as one long after it. */
const LAST_MOMENT = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/**
 * Returns a row of the administration as the API shows it: its own moments, which are epoch milliseconds inside, in ISO 8601, and null for one that
 * never comes. Data of authors stays as it is.
 */
export function withShownTimes<R extends object>(row: R): R {
  const shown = { ...row } as Record<string, unknown>
  for (const [name, value] of Object.entries(row))
    if (typeof value === 'number' && MOMENT.test(name)) shown[name] = value > LAST_MOMENT ? null : toTimestamp(value)
  return shown as R
}
