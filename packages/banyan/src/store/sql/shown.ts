/** Bytes of one text in a list for people: a list of a thousand rows stays within some megabytes. */
export const SHOWN_BYTES_MAX = 8_192

/** JSON text that stands for one that is larger. */
export const TOO_LARGE_TO_SHOW = JSON.stringify(`larger than ${SHOWN_BYTES_MAX} bytes; look at it by itself`)

/** Selects a column of JSON for a list: what is larger is told, not read. */
export function shown(column: string): string {
  return `CASE WHEN ${column} IS NULL OR octet_length(${column}) <= ${SHOWN_BYTES_MAX} THEN ${column} ELSE '${TOO_LARGE_TO_SHOW}' END AS ${column}`
}
