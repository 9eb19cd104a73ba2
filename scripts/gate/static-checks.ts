import type { Result } from './result.ts'
import { runNode } from './run-process.ts'

const STATIC_DEADLINE_MS = 120_000 // each takes a second or two; a cold disk on a small machine takes ten times that

/** A check that passes or fails as one: its name and what this Node runs for it. */
export interface StaticCheck {
  readonly name: string
  readonly args: readonly string[]
}

/** What the machine can say about the sources without running them. */
export const STATIC_CHECKS: readonly StaticCheck[] = [
  { name: 'types (tsc)', args: ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'] },
  { name: 'lint (oxlint)', args: ['node_modules/oxlint/bin/oxlint'] },
  { name: 'format (oxfmt; npm run format repairs)', args: ['node_modules/oxfmt/bin/oxfmt', '--list-different'] },
  // Exports are left to `npm run unused`: a constant with its reason may be there for the reader.
  {
    name: 'unused files and packages (knip)',
    args: ['node_modules/knip/bin/knip.js', '--include', 'files,dependencies,unlisted,unresolved', '--no-config-hints'],
  },
  { name: 'architecture (scripts/tidy.ts)', args: ['scripts/tidy.ts'] },
]

/** Runs one static check. */
export async function runStaticCheck({ name, args }: StaticCheck): Promise<Result> {
  const { exitCode, output, durationMs, problem } = await runNode(args, { deadlineMs: STATIC_DEADLINE_MS })
  const failed = problem !== undefined || exitCode !== 0
  const detail = [problem, output.trim() || `exit code ${exitCode}, no output`].filter(Boolean).join('\n')
  return { name, passed: failed ? 0 : 1, failures: failed ? [{ name, detail }] : [], skips: [], durationMs }
}
