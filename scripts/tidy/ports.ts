import type { Rule } from './rule.ts'
import { isTest, lineOf } from './source-file.ts'

interface Forbidden {
  readonly pattern: RegExp
  readonly instead: string
}

const CLOCK = "take time from the runtime's clock"
const RANDOM = 'take randomness and ids from the runtime'

const FORBIDDEN: readonly Forbidden[] = [
  { pattern: /(?<![\w$.])(?:Date\.now|performance\.now|process\.hrtime(?:\.bigint)?|Temporal\.Now\.\w+)\s*\(/g, instead: CLOCK },
  { pattern: /(?<![\w$.])new Date\(\s*\)/g, instead: CLOCK },
  { pattern: /(?<![\w$.])(?:globalThis\.)?(?:setTimeout|setInterval)\s*\(/g, instead: CLOCK },
  { pattern: /(?<![\w$.])Math\.random\s*\(/g, instead: RANDOM },
  { pattern: /(?<![\w$])(?:randomUUID|randomBytes|getRandomValues|randomInt)\s*\(/g, instead: RANDOM },
  { pattern: /(?<![\w$.])process\.(?:env|argv|exit)\b/g, instead: 'take settings as arguments; only entry points read the environment' },
]

// Entry points choose the real ports; the kernel holds the real ones; tests and tools are entry points of their own.
const EXEMPT =
  /^(?:scripts|bench|tests)\/|^packages\/banyan\/src\/kernel\/|^packages\/(?:testing|cli)\/|(?:^|\/)main\.ts$|(?:^|\/)platform\.ts$/

/** Law 7: time, randomness, ids and environment are ports, so that the whole platform runs in a seeded simulator. */
export const ports: Rule = (file) => {
  if (EXEMPT.test(file.path) || isTest(file.path)) return []
  return FORBIDDEN.flatMap(({ pattern, instead }) =>
    [...file.code.matchAll(pattern)].map((match) => ({
      path: file.path,
      line: lineOf(file.code, match.index),
      message: `${match[0].replace(/\s*\($/, '()')} in library code: ${instead}`,
    })),
  )
}
