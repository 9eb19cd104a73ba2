import { SHOWN_BYTES_MAX, TOO_LARGE_TO_SHOW } from '../records/shown.ts'

/** Selects a column of JSON for a list: what is larger is told, not read. */
export function shown(column: string): string {
  return `CASE WHEN ${column} IS NULL OR octet_length(${column}) <= ${SHOWN_BYTES_MAX} THEN ${column} ELSE '${TOO_LARGE_TO_SHOW}' END AS ${column}`
}
