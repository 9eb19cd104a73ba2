import { judgeImports, type Rule } from './rule.ts'
import { isTest, type SourceFile } from './source-file.ts'

// Packages that stand above the core. Every other package beside `banyan` is an adapter of one outside system.
const UPPER_PACKAGES = new Map<string, readonly string[]>([
  ['gateway', []],
  ['testing', ['@banyan/gateway']],
  ['cli', ['@banyan/gateway', '@banyan/postgres']],
  ['console', ['@banyan/gateway']],
])

/** Law 1: a service imports another service's contract and nothing else of it, and no toolkit package but `banyan`. */
export const serviceBoundaries: Rule = (file) => {
  const own = folderIn('services', file.path)
  if (own === undefined) return []
  return judgeImports(file, (target, specifier) => {
    if (target.startsWith('@shop/')) {
      if (target === `@shop/${own}` || target.startsWith(`@shop/${own}/`)) return `${own} imports itself by name: use a relative path`
      return /^@shop\/[^/]+\/contract$/.test(target)
        ? undefined
        : `only contracts are shared: import ${target.split('/', 2).join('/')}/contract instead of ${specifier}`
    }
    if (target.startsWith('@banyan/') && !isTest(file.path))
      return `a service knows the toolkit's core only: ${specifier} belongs into platform.ts`
    return leaves(file, target, specifier)
      ? `${specifier} leaves the service's folder; another service is reached by its contract, @shop/<name>/contract`
      : undefined
  })
}

/** Law 1 for what stands in front of the services and beside them: no app reaches into one either, an audit least of all. */
export const appBoundaries: Rule = (file) => {
  if (folderIn('apps', file.path) === undefined || isTest(file.path)) return []
  return judgeImports(file, (target, specifier) => {
    if (!target.startsWith('@shop/') || SHOWN_TO_APPS.test(target)) return undefined
    return `only contracts are shared: an app asks a service by ${target.split('/', 2).join('/')}/contract, not by ${specifier}; let the contract say it`
  })
}

/** Contracts, settings, and the books of the world outside, which belong to no service. */
const SHOWN_TO_APPS = /^@shop\/[^/]+\/(?:contract|settings|fake-provider)$/

/** The rules of a shop are pure: `domain/` imports kernel values, its own files, and types of its service's contract. */
export const pureDomain: Rule = (file) => {
  const [home, service] = /^(services\/[^/]+\/src\/)domain\//.exec(file.path) ?? []
  if (home === undefined || isTest(file.path)) return []
  return judgeImports(file, (target, specifier, typeOnly) => {
    if (target === 'banyan/kernel' || target.startsWith(home)) return undefined
    if (typeOnly && target === `${service}contract.ts`) return undefined // the words the service speaks; erased before the code runs
    return `domain/ imports banyan/kernel, its own files and types of ./contract.ts, not ${specifier}; pass what it needs as a value`
  })
}

/** Packages of the toolkit: adapters depend on the core's ports, nothing depends on the shop, and nobody reaches into another package. */
export const packageBoundaries: Rule = (file) => {
  const own = folderIn('packages', file.path)
  if (own === undefined) return []
  const upper = own === 'banyan' ? undefined : (UPPER_PACKAGES.get(own) ?? [])
  return judgeImports(file, (target, specifier) => {
    if (leaves(file, target, specifier)) return `${specifier} leaves the package; import the other package by its name`
    if (isTest(file.path)) return undefined
    if (target.startsWith('@shop/')) return `the toolkit does not know the shop: ${specifier}`
    if (!target.startsWith('@banyan/')) return undefined
    if (upper === undefined) return `the core depends on no other package: ${specifier}`
    if (upper.some((name) => target === name || target.startsWith(`${name}/`))) return undefined
    return UPPER_PACKAGES.has(own) ? `${own} may not import ${specifier}` : `an adapter depends on banyan's ports only, not on ${specifier}`
  })
}

function folderIn(parent: string, filePath: string): string | undefined {
  const [first, second, rest] = filePath.split('/')
  return first === parent && rest !== undefined ? second : undefined
}

// Packages are reached by name, never by a path across folders.
function leaves(file: SourceFile, target: string, specifier: string): boolean {
  return specifier.startsWith('.') && !target.startsWith(`${file.path.split('/', 2).join('/')}/`)
}
