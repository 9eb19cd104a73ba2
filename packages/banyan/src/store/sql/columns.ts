import { misuse } from '../../kernel/error.ts'

/**
 * Returns a list of columns, e.g. `'id, data'`, with expressions in the place of some of them. Throws `misuse` for a column that the list does not
 * have: what it stood for would be read whole.
 */
export function columnsWith(columns: string, expressions: Readonly<Record<string, string>>): string {
  const names = columns.split(/,\s*/)
  for (const name of Object.keys(expressions)) if (!names.includes(name)) misuse(`there is no column "${name}" in ${columns}`)
  return names.map((name) => expressions[name] ?? name).join(', ')
}
