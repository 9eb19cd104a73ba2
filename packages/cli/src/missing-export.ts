import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { nearest } from 'banyan/kernel'

// Owns: what a package or a file has instead of what was imported from it.

/** Names that are listed at most; a package of a hundred names is better looked at. */
const LISTED_MAX = 40

/** A subpath that a package does not export, as Node says it. */
export interface MissingSubpath {
  /** As it is written, e.g. `banyan/nope`. */
  readonly specifier: string
  /** File that imports it; empty where Node does not say. */
  readonly importer: string
  readonly advice: string
}

/** Reads Node's words about a subpath that a package does not export; undefined for other errors. */
export function missingSubpath({ message }: Error): MissingSubpath | undefined {
  const [, subpath, manifest, importer = ''] =
    /^Package subpath '([^']+)' is not defined by "exports" in (.+?package\.json)(?: imported from (.+))?$/m.exec(message) ?? []
  if (subpath === undefined || manifest === undefined) return undefined
  const { name, exports } = readManifest(manifest)
  const there = exports.map((each) => `${name}${each.slice(1)}`)
  const specifier = `${name}${subpath.slice(1)}`
  return { specifier, importer, advice: whatThereIs(specifier, name, there) }
}

/** Says what a module has instead of a name that it does not export; undefined for other errors. `importer` is the file that imports it. */
export async function missingName({ message }: Error, importer: string): Promise<string | undefined> {
  const [, specifier, name] = /^The requested module '([^']+)' does not provide an export named '([^']+)'/.exec(message) ?? []
  if (specifier === undefined || name === undefined) return undefined
  const file = resolved(specifier, importer)
  if (file !== undefined && declaresType(file, name))
    return `'${specifier}' has "${name}" as a type alone; write import type { ${name} } from '${specifier}'`
  const there = file === undefined ? undefined : await namesOf(file)
  if (there === undefined || there.length === 0) return `'${specifier}' has no "${name}"; a type is imported by "import type"`
  return `'${specifier}' has no "${name}"${whatThereIs(name, 'it', there)}`
}

function whatThereIs(wrong: string, who: string, there: readonly string[]): string {
  const meant = nearest(wrong, there)
  const begin = meant === undefined ? '; ' : `; did you mean "${meant}"? `
  return `${begin}${who} has ${listed(there)}`
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, LISTED_MAX).join(', ')
  return names.length > LISTED_MAX ? `${shown} and ${names.length - LISTED_MAX} more` : shown
}

function readManifest(file: string): { readonly name: string; readonly exports: readonly string[] } {
  try {
    const { name, exports } = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; exports?: unknown }
    const there = typeof exports === 'object' && exports !== null ? Object.keys(exports).filter((each) => each.startsWith('.')) : ['.']
    return { name: name ?? path.basename(path.dirname(file)), exports: there }
  } catch {
    return { name: path.basename(path.dirname(file)), exports: ['.'] }
  }
}

function resolved(specifier: string, importer: string): string | undefined {
  try {
    return specifier.startsWith('.') ? path.resolve(path.dirname(importer), specifier) : createRequire(importer).resolve(specifier)
  } catch {
    return undefined
  }
}

async function namesOf(file: string): Promise<readonly string[] | undefined> {
  try {
    return Object.keys((await import(pathToFileURL(file).href)) as object).toSorted()
  } catch {
    return undefined
  }
}

/** Types are gone when a module runs; its source still has them. */
function declaresType(file: string, name: string): boolean {
  const escaped = name.replaceAll('$', String.raw`\$`)
  const source = readText(file)
  return (
    new RegExp(String.raw`\b(?:type|interface)\s+${escaped}\b`).test(source) ||
    new RegExp(String.raw`\bexport\s+type\s*\{[^}]*\b${escaped}\b[^}]*\}`).test(source)
  )
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
