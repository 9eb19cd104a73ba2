/** Returns `?, ?, …` for an IN list. Callers bound its length. */
export function placeholders(count: number): string {
  return Array.from({ length: count }, () => '?').join(', ')
}
