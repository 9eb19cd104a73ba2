/** Lays rows out in columns for people. Returns `empty` when there are no rows. */
export function table(rows: readonly Readonly<Record<string, unknown>>[], empty: string): string {
  const first = rows[0]
  if (!first) return empty
  const columns = Object.keys(first)
  const widths = columns.map((column) => Math.max(column.length, ...rows.map((row) => text(row[column]).length)))
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => cell.padEnd(widths[index] as number))
      .join('  ')
      .trimEnd()
  return [line(columns), ...rows.map((row) => line(columns.map((column) => text(row[column]))))].join('\n')
}

function text(value: unknown): string {
  if (value === null || value === undefined) return '-'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Writes epoch milliseconds as ISO time. */
export function isoTime(ms: unknown): string {
  return typeof ms === 'number' ? new Date(ms).toISOString() : '-'
}
