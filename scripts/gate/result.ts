/** What one check came to. A check that passes without counting anything itself counts as one. */
export interface Result {
  readonly name: string
  readonly passed: number
  readonly failures: readonly Failure[]
  readonly skips: readonly Skip[]
  readonly durationMs: number
}

/** One thing that is wrong, with what a person needs to see to put it right. */
export interface Failure {
  readonly name: string
  readonly detail: string
}

/**
 * A test that did not run. Without a reason it is a failure. A reason that begins with `feature <name>:` states a difference
 * that an adapter declares to its conformance suite; it is listed, but it is no test that somebody forgot.
 */
export interface Skip {
  readonly name: string
  readonly reason: string
}

/** Prints a result when it is known: one line if all is well, the failures in full otherwise. */
export function printResult({ name, passed, failures, skips, durationMs }: Result): void {
  const mark = failures.length === 0 ? '✔' : '✖'
  const counts = [`${passed} passed`, failures.length > 0 && `${failures.length} failed`, skips.length > 0 && `${skips.length} skipped`]
  console.log(`${mark} ${name.padEnd(44)} ${counts.filter(Boolean).join(', ')} (${(durationMs / 1000).toFixed(1)} s)`)
  for (const failure of failures) console.log(`\n  ✖ ${failure.name}\n${indent(failure.detail)}\n`)
}

/** Prints skips, repeats the names of the failures and ends with `N passed, N failed`; returns the exit code. `strict`: skipped is failed. */
export function printSummary(results: readonly Result[], strict: boolean): number {
  const all = results.flatMap((result) => result.skips)
  const differences = all.filter(isDifference)
  const skips = all.filter((skip) => !isDifference(skip))
  const failures = results.flatMap((result) => result.failures.map((failure) => `${result.name}: ${failure.name}`))
  const failed = failures.length + (strict ? skips.length : 0)
  printList('Failed', failures)
  printList(strict ? 'Skipped (failures, because CI is set)' : 'Skipped', skips.map(toLine))
  printList('Declared differences of adapters', differences.map(toLine))
  const passed = results.reduce((sum, result) => sum + result.passed, 0)
  console.log(`\n${passed} passed, ${failed} failed`)
  return failed === 0 && passed > 0 ? 0 : 1
}

const isDifference = ({ reason }: Skip): boolean => /^feature [\w-]+:/.test(reason)

const toLine = ({ name, reason }: Skip): string => `${name}: ${reason}`

function printList(title: string, lines: readonly string[]): void {
  if (lines.length > 0) console.log(`\n${title}:\n${indent(lines.join('\n'))}`)
}

function indent(text: string): string {
  return text.replace(/^/gm, '    ')
}
