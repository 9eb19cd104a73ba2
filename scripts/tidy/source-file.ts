import path from 'node:path'
import { blank } from './blank.ts'

/** A source as the rules see it. Paths are relative to the repository and use `/`. */
export interface SourceFile {
  readonly path: string
  readonly text: string
  /** The text with comments and strings blanked; positions are those of `text`. */
  readonly code: string
  readonly imports: readonly Import[]
}

/** One import or re-export, static or dynamic, of values or types. */
export interface Import {
  /** As written: `banyan/kernel`, `./money.ts`. */
  readonly specifier: string
  /** For a relative import the path of the file it means; otherwise the specifier. */
  readonly target: string
  /** Erased before the code runs. */
  readonly typeOnly: boolean
  readonly line: number
}

const IMPORT = /\b(?:import|export)\b(?:[^'"`;()]*?\bfrom)?\s*['"]([^'"\n]+)['"]|\bimport\s*\(\s*['"]([^'"\n]+)['"]/g

/** Reads what the rules need from a source. */
export function sourceFile(filePath: string, text: string): SourceFile {
  const withStrings = blank(text, { keepStrings: true })
  const imports = [...withStrings.matchAll(IMPORT)].map((match): Import => {
    const specifier = match[1] ?? match[2] ?? ''
    const target = specifier.startsWith('.') ? path.posix.join(path.posix.dirname(filePath), specifier) : specifier
    const typeOnly = /^(?:import|export)\s+type\b/.test(match[0])
    return { specifier, target, typeOnly, line: lineOf(text, match.index + match[0].length) }
  })
  return { path: filePath, text, code: blank(text, { keepStrings: false }), imports }
}

/** The line of a position, counted from 1. */
export function lineOf(text: string, position: number): number {
  return text.slice(0, position).split('\n').length
}

/** Whether the file belongs to tests (tests, suites, fixtures, helpers `test-*.ts`): rules for production code leave it alone. */
export function isTest(filePath: string): boolean {
  return (
    /\.(?:test|test-d|integration|journey|postgres|testsuite|fixtures?)\.ts$|\/test-[^/]+\.ts$/.test(filePath) ||
    filePath.startsWith('tests/')
  )
}
