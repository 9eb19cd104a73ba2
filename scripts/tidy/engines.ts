import { judgeImports, type Rule } from './rule.ts'
import { isTest, lineOf } from './source-file.ts'

const HOME = 'packages/banyan/src/'
const STORE = `${HOME}store/`

/** What authors write their repositories with. */
const INDEX = `${HOME}index.ts`

/** What authors write in SQL is typed where they find it. Nothing else above the port knows that there is SQL. */
const AUTHORS = new Set([
  INDEX,
  `${HOME}projection/projection.ts`,
  `${HOME}service/define/context.ts`,
  // An audit still reads tables; it is to become a query of its service.
  `${HOME}host/platform.ts`,
  `${HOME}service/hosted/hosted-service.ts`,
])

const OWN_TABLE = /\b(?:FROM|INTO|UPDATE|JOIN|TABLE)\s+banyan_[a-z_]+/g

/** The core speaks to its store by records, and to no engine: what stands above the store port has no SQL, and imports no adapter. */
export const engines: Rule = (file) => {
  if (!file.path.startsWith(HOME) || file.path.startsWith(STORE) || isTest(file.path)) return []
  const imports = judgeImports(file, (target, specifier) => {
    const isForAuthors = file.path === INDEX && target.startsWith(`${STORE}documents/`)
    if (/^packages\/banyan\/src\/store\/(?:sql|sqlite|documents|memory)\//.test(target) && !isForAuthors)
      return `${specifier} is of one kind of engine; above the store port there are records only: add a method to one of store/records`
    if (/\/store\/sql(?:-of)?\.ts$/.test(target) && !AUTHORS.has(file.path))
      return `${specifier} is SQL, which is for authors only; ask the store by a method of store/records`
    return undefined
  })
  const statements = [...file.text.matchAll(OWN_TABLE)].map((match) => ({
    path: file.path,
    line: lineOf(file.text, match.index),
    message: `"${match[0]}" above the store port: make it a method of a record family in store/records`,
  }))
  return [...imports, ...statements]
}
