import { type Document, linksOf, type Repository } from './documents.ts'
import type { Violation } from './rule.ts'

/** Promises that Banyan makes. A new one gets the next number, a heading on the page and a test. */
export const PROMISES: readonly string[] = Array.from({ length: 16 }, (_, index) => `P${index + 1}`)

/** What each promise says besides itself. */
const PARTS = ['In practice', 'Proved by', 'Not promised']

/**
 * The page of promises is true as far as a machine can see: each promise has its heading and its parts, names at least one test,
 * and every test that it names is one of the linked file.
 */
export function promisePageViolations(page: Document, repository: Repository): Violation[] {
  const sections = sectionsOf(page.text)
  const report = (line: number, message: string): Violation => ({ path: page.path, line, message })
  const numbers = sections.map(({ number }) => number)
  const order =
    numbers.join() === PROMISES.join()
      ? []
      : [report(1, `must have one heading for each of ${PROMISES.join(', ')}, in order; it has ${numbers.join(', ')}`)]
  return [
    ...order,
    ...sections.flatMap(({ number, text, line }) => {
      const missing = PARTS.filter((part) => !text.includes(`**${part}`)).map((part) => report(line, `${number} does not say: ${part}`))
      const tests = namedTests(page, text, line)
      return [
        ...missing,
        ...(tests.length === 0 ? [report(line, `${number} names no test; add a link to one, with its name in “quotes”`)] : []),
        ...tests
          .filter(({ file, name }) => repository.exists(file) && !testNames(repository.read(file)).has(name))
          .map((test) => report(test.line, `${test.file} has no test “${test.name}”`)),
      ]
    }),
  ]
}

interface Section {
  readonly number: string
  readonly text: string
  readonly line: number
}

function sectionsOf(page: string): Section[] {
  const parts = page.split(/^(?=## )/m)
  let line = 1
  return parts.flatMap((text) => {
    const here = line
    line += text.split('\n').length - 1
    const number = /^## (P\d+)\b/.exec(text)?.[1]
    return number === undefined ? [] : [{ number, text, line: here }]
  })
}

/** Items such as ``- [waits.test.ts](path): “name” · “name”``. */
function namedTests(page: Document, section: string, firstLine: number): { file: string; name: string; line: number }[] {
  const items = section.split(/^(?=- )/m)
  let line = firstLine
  return items.flatMap((item) => {
    const here = line
    line += item.split('\n').length - 1
    const [link] = linksOf({ path: page.path, text: item })
    if (!item.startsWith('- ') || !link) return []
    return Array.from(item.matchAll(/“([^”]+)”/g), ([, name = '']) => ({ file: link.file, name: name.replaceAll(/\s+/g, ' '), line: here }))
  })
}

/** Names of the tests of a file; what is filled in at run time is `…`. */
export function testNames(source: string): Set<string> {
  const calls = source.matchAll(
    /\b(?:test|suite|promise|it)\(\s*(?:\w+,\s*)?(?:'((?:\\.|[^'\\])*)'|"((?:\\.|[^"\\])*)"|`((?:\\.|[^`\\])*)`)/g,
  )
  return new Set(Array.from(calls, ([, single, double, template]) => plain(single ?? double ?? template ?? '')))
}

function plain(literal: string): string {
  return literal.replaceAll(/\$\{[^}]*\}/g, '…').replaceAll(/\\(.)/g, '$1')
}

/** Every promise that a source cites is one that is made. */
export function citationViolations({ path, text }: Document): Violation[] {
  return text.split('\n').flatMap((line, index) =>
    Array.from(line.matchAll(/(?<![\w.])P([1-9]\d?)(?![\w.]?\d)\b/g), ([cited]) => cited)
      .filter((cited) => !PROMISES.includes(cited))
      .map((cited) => ({ path, line: index + 1, message: `cites ${cited}, which no promise is` })),
  )
}
