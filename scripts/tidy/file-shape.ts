import type { Rule } from './rule.ts'

const LINES_MAX = 400 // style: aim at 200; what is longer has a second noun in it

/** A file stays readable on a few screens. */
export const fileLength: Rule = (file) => {
  const lines = file.text.trimEnd().split('\n').length
  return lines <= LINES_MAX
    ? []
    : [
        {
          path: file.path,
          line: LINES_MAX + 1,
          message: `${lines} lines; at most ${LINES_MAX}. Look for the second noun and give it a file`,
        },
      ]
}

// The reporter of the gate: node:test takes a reporter from its file's default export.
const DEFAULT_EXPORT_ALLOWED = /(?:^|\/)platform\.ts$|\.config\.ts$|^scripts\/gate\/test-reporter\.ts$/

/** An export has one name everywhere. */
export const noDefaultExport: Rule = (file) => {
  if (DEFAULT_EXPORT_ALLOWED.test(file.path)) return []
  const index = file.code.search(/\bexport\s+default\b|\bexport\s*\{[^}]*\bas\s+default\b/)
  if (index < 0) return []
  return [
    {
      path: file.path,
      line: file.code.slice(0, index).split('\n').length,
      message: 'a default export has another name wherever it is used: export it by name',
    },
  ]
}
