import type { MutantResult } from './mutant-result.ts'

const MARKS = { caught: '✔', survived: '✖', broken: '✖', 'not run': '-' } as const

/** One line for a result as it comes. */
export function resultLine({ mutant, outcome, detail, durationMs }: MutantResult): string {
  const line = `${MARKS[outcome]} ${mutant.name} (${mutant.promises.join(' ')}): ${outcome}, ${seconds(durationMs)}`
  return outcome === 'caught' ? line : `${line}\n    ${mutant.mistake}\n    ${mutant.caughtBy.file}\n    ${detail}`
}

/** All results as a table. */
export function resultTable(results: readonly MutantResult[]): string {
  const rows = results.map(({ mutant, outcome, test, detail, durationMs }) => [
    mutant.name,
    mutant.mistake,
    mutant.promises.join(' '),
    outcome === 'caught' ? `${mutant.caughtBy.file}: ${test}: ${detail}` : `${outcome.toUpperCase()}: ${detail}`,
    seconds(durationMs),
  ])
  const head = ['mutant', 'mistake', 'promise', 'caught by', 'time']
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n')
}

/** The results for another program. */
export function resultJson(results: readonly MutantResult[], strict: boolean): string {
  const items = results.map(({ mutant, outcome, test, detail, durationMs }) => ({
    name: mutant.name,
    mistake: mutant.mistake,
    promises: mutant.promises,
    file: mutant.file,
    outcome,
    testFile: mutant.caughtBy.file,
    test: test ?? null,
    detail,
    durationMs: Math.round(durationMs),
  }))
  return JSON.stringify({ mutants: items, ...tally(results, strict) }, null, 2)
}

/** How many were caught and how many not; where `strict`, one that was not run was not caught. */
export function tally(results: readonly MutantResult[], strict: boolean): { readonly passed: number; readonly failed: number } {
  const passed = results.filter(({ outcome }) => outcome === 'caught').length
  const notRun = strict ? 0 : results.filter(({ outcome }) => outcome === 'not run').length
  return { passed, failed: results.length - passed - notRun }
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1_000).toFixed(1)} s`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
