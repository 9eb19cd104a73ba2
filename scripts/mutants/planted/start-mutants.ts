import type { Mutant } from '../mutant.ts'

const CONTRACT = 'packages/banyan/src/contract'
const SERVICE = 'packages/banyan/src/service/define'
const GATEWAY = 'packages/gateway/src/options'

/** Mistakes with which an operation or a setting that nobody can use starts in silence. */
export const START_MUTANTS: readonly Mutant[] = [
  {
    name: 'output-without-a-body',
    mistake: 'an operation with status 204 may have an output, which no caller ever sees',
    promises: ['law 10'],
    file: `${CONTRACT}/check-reach.ts`,
    find: 'if (status === NO_CONTENT && !isNothing(output))',
    replace: 'if (status === NO_CONTENT && !isNothing(output) && schemaTypes(output).size === 0)',
    caughtBy: { file: `${CONTRACT}/check-reach.test.ts`, test: 'refuses a status without a body' },
  },
  {
    name: 'objects-in-a-query-string',
    mistake: 'of a list in a query string nobody looks at the items',
    promises: ['law 10'],
    file: `${CONTRACT}/query-kind.ts`,
    find: "collect(items, itemTypes) === undefined ? scalarKind(itemTypes) : 'nothing'",
    replace: "collect(items, itemTypes) === undefined ? 'text' : 'nothing'",
    caughtBy: { file: `${CONTRACT}/check-reach.test.ts`, test: 'refuses a GET whose input needs a list of objects' },
  },
  {
    name: 'names-of-every-object',
    mistake: 'a name may be one that every object has, and is found where there is nothing',
    promises: ['law 10'],
    file: 'packages/banyan/src/kernel/name.ts',
    find: "[...Object.getOwnPropertyNames(Object.prototype), 'prototype'",
    replace: "['__proto__', 'prototype'",
    caughtBy: { file: 'packages/banyan/src/kernel/name.test.ts', test: 'a name of the kind operation is no text' },
  },
  {
    name: 'code-of-the-platform',
    mistake: 'a contract may declare a code of the platform, which a client cannot tell from it',
    promises: ['law 10'],
    file: `${CONTRACT}/check-contract.ts`,
    find: 'if (isErrorCode(code))',
    replace: "if (isErrorCode(code) && code === 'internal')",
    caughtBy: { file: `${CONTRACT}/check-reach.test.ts`, test: 'refuses an error with a code of the platform' },
  },
  {
    name: 'misspelt-options-of-a-service',
    mistake: 'options of a service that there are not are left out in silence',
    promises: ['law 10'],
    file: `${SERVICE}/part-checks.ts`,
    find: 'if (options !== undefined) onlyOptions',
    replace: 'if (options === null) onlyOptions',
    caughtBy: { file: `${SERVICE}/part-checks.test.ts`, test: 'says what was meant by an option that there is not' },
  },
  {
    name: 'a-key-for-nothing',
    mistake: 'an API key starts whose roles open nothing',
    promises: ['law 10'],
    file: `${GATEWAY}/check-start.ts`,
    find: 'if (roles.some((role) => opened.has(role) || own.has(role))) continue',
    replace: 'if (roles.length > 0 || own.has(id)) continue',
    caughtBy: { file: `${GATEWAY}/check-start.integration.ts`, test: 'refuses to start with an API key whose roles are ["suport"]' },
  },
]
