import type { Violation } from './rule.ts'
import type { SourceFile } from './source-file.ts'

/**
 * Files that import one another in a circle, types included: none of them can be read, tested or moved without the others. One violation for each
 * circle, at the file that comes first by its name.
 */
export function importCircles(files: readonly SourceFile[]): Violation[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const done = new Set<string>()
  const violations: Violation[] = []
  for (const { path } of files) {
    for (let circle = findCircle(path, byPath, done); circle; circle = findCircle(path, byPath, done)) {
      violations.push(violation(circle, byPath))
      for (const one of circle) done.add(one)
    }
  }
  return violations
}

/** Walks the imports from `start`, depth first; a file that was left without a circle is never entered again. */
function findCircle(start: string, files: ReadonlyMap<string, SourceFile>, done: Set<string>): string[] | undefined {
  const trail: string[] = []
  const visit = (path: string): string[] | undefined => {
    const file = files.get(path)
    if (!file || done.has(path)) return undefined
    const known = trail.indexOf(path)
    if (known >= 0) return trail.slice(known)
    trail.push(path)
    for (const { target } of file.imports) {
      const circle = visit(target)
      if (circle) return circle
    }
    trail.pop()
    done.add(path)
    return undefined
  }
  return visit(start)
}

function violation(circle: readonly string[], files: ReadonlyMap<string, SourceFile>): Violation {
  const from = circle.indexOf([...circle].toSorted()[0] as string)
  const ordered = [...circle.slice(from), ...circle.slice(0, from)]
  const [first = '', second = first] = ordered
  const line = files.get(first)?.imports.find(({ target }) => target === second)?.line ?? 1
  const way = [...ordered, first].map((path) => path.split('/').at(-1)).join(' → ')
  return { path: first, line, message: `imports run in a circle: ${way}; move what they share into a file below them` }
}
