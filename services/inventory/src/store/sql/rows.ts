/** Writes `(?, ?), (?, ?)` for `rowCount` rows of `columnCount` columns. */
export function placeholders(rowCount: number, columnCount: number): string {
  const row = `(${Array.from({ length: columnCount }, () => '?').join(', ')})`
  return rowCount === 1 ? row : Array.from({ length: rowCount }, () => row).join(', ')
}
