import { toTimestamp } from 'banyan/contract'

/** Names of fields that hold a moment. */
const MOMENT = /^(?:at|time|[a-z]+At)$/

/** Returns a row of the administration as the API shows it: its own moments, which are epoch milliseconds inside, in ISO 8601. Data of authors stays as it is. */
export function withShownTimes<R extends object>(row: R): R {
  const shown = { ...row } as Record<string, unknown>
  for (const [name, value] of Object.entries(row)) if (typeof value === 'number' && MOMENT.test(name)) shown[name] = toTimestamp(value)
  return shown as R
}
