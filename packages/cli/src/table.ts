import { oneLine } from 'banyan/telemetry'

/** Lays rows out in columns for people; a cell is one line whatever is in it. Returns `empty` when there are no rows. */
export function table(rows: readonly Readonly<Record<string, unknown>>[], empty: string): string {
  const first = rows[0]
  if (!first) return empty
  const columns = Object.keys(first)
  const cells = rows.map((row) => columns.map((column) => cellText(row[column])))
  const widths = columns.map((column, index) => Math.max(column.length, ...cells.map((row) => (row[index] as string).length)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, index) => cell.padEnd(widths[index] as number))
      .join('  ')
      .trimEnd()
  return [line(columns), ...cells.map(line)].join('\n')
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '-'
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value))
}
