import type { SnippetFile } from './guide-page.ts'

const VALUE = /^(\s*)(?:(const \w+ = )|(return ))?(.*\S)\s+\/\/ => (.+)$/

/**
 * Turns each line `expression // => value` of a file into one that compares the two, and keeps its place. The expression may be what a `const` gets,
 * or what is returned. Lines stay lines, so that errors can be told by the line of the page.
 */
export function comparingText({ lines }: SnippetFile, page: string): string {
  const isUsed = lines.some(({ text }) => VALUE.test(text))
  const texts = lines.map(({ text, pageLine }) =>
    text.replace(VALUE, (_line, indent: string, constant = '', returned = '', expression: string, value: string) => {
      const where = JSON.stringify(`${page}:${pageLine}`)
      const before = constant || returned || 'void '
      return `${indent}${before}shows(${expression}, ${value}, ${where})`
    }),
  )
  if (isUsed) texts[0] = `import { shows } from '../shows.ts'`
  return `${texts.join('\n')}\n`
}
