import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { missingName, missingSubpath } from './missing-export.ts'

/** Why a platform's sources cannot be run: where, and what to do. */
export class LoadFailure extends Error {
  readonly code = 'failed_precondition'
  /** More lines for people: the source, and places of our own code. */
  readonly lines: readonly string[]

  constructor(message: string, lines: readonly string[], cause: unknown) {
    super(message, { cause })
    this.name = 'LoadFailure'
    this.lines = lines
  }
}

/** Explains what Node threw when it imported `file`: file and line first, then what is wrong and what to write instead. */
export async function loadFailure(thrown: unknown, file: string): Promise<LoadFailure> {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const { code } = error as { code?: string }
  const subpath = missingSubpath(error)
  if (subpath !== undefined) return notThere(subpath, subpath.advice, error)
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'ERR_UNSUPPORTED_DIR_IMPORT') return missingImport(error)
  const shown = shownSource(error) ?? firstPlace(error, file)
  const what = (await missingName(error, placeFile(shown.place))) ?? explanation(error, code)
  return new LoadFailure(`${shown.place}: ${what}`, shown.lines, thrown)
}

function explanation({ name, message }: Error, code: string | undefined): string {
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')
    return `${firstLine(message)}, because Node only takes types away; ${insteadOf(message)}`
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION') return `${firstLine(message)}; Node runs .ts, .mts, .cts, .js, .mjs and .cjs`
  if (code === 'ERR_IMPORT_ATTRIBUTE_MISSING') return `${firstLine(message)}; write import data from './data.json' with { type: 'json' }`
  if (/^(?:require|module|exports|__dirname|__filename) is not defined/.test(message))
    return `${firstLine(message)}; write import, export and import.meta.dirname`
  return name === 'Error' || name === 'BanyanError' || name === 'LoadFailure' ? firstLine(message) : `${name}: ${firstLine(message)}`
}

/** What to write instead of TypeScript that is more than types. */
function insteadOf(message: string): string {
  if (/enum/.test(message)) return "write an object instead, e.g. const Color = { red: 'red', green: 'green' } as const"
  if (/parameter property/.test(message)) return 'declare the field in the class and assign it in the constructor'
  if (/namespace|module/.test(message)) return 'write a file of its own and import it'
  if (/import/.test(message)) return "write import … from '…'"
  return '"erasableSyntaxOnly": true in tsconfig.json shows all such places'
}

/** An import that leads nowhere; most often it lacks the file's ending, which Node does not guess. */
function missingImport(error: Error): LoadFailure {
  const [, missing = ''] = /^(?:Cannot find (?:module|package)|Directory import) '([^']+)'/.exec(error.message) ?? []
  const [, importer = ''] = /imported from (.+?)\s*$/m.exec(error.message) ?? []
  const from = importer.startsWith('file:') ? fileURLToPath(importer) : importer
  const specifier = importOf(from, missing)?.specifier ?? missing
  return notThere({ specifier: missing, importer: from }, advice(specifier, missing), error)
}

/** Says that an import leads nowhere: where it stands, as it is written, and what to do. */
function notThere(
  { specifier: missing, importer }: { readonly specifier: string; readonly importer: string },
  advice: string,
  cause: Error,
): LoadFailure {
  const found = importOf(importer, missing)
  const place = importer === '' ? missing : found === undefined ? importer : `${importer}:${found.line}`
  return new LoadFailure(`${place}: there is no '${found?.specifier ?? missing}'${advice}`, found ? [found.source] : [], cause)
}

const ENDINGS = ['.ts', '.mts', '.js', '.mjs', '.cts', '.cjs', '/index.ts', '/index.js'] as const

function advice(specifier: string, missing: string): string {
  if (!/^\.{0,2}\//.test(specifier))
    return `; install it, e.g. npm install ${specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/')}`
  const bare = missing.replace(/\.[cm]?js$/, '')
  const base = existsSync(`${bare}.ts`) && bare !== missing ? bare : missing
  const ending = ENDINGS.find((each) => existsSync(base + each))
  if (ending === undefined) return ''
  return `; write '${base === missing ? specifier.replace(/\/$/, '') : specifier.replace(/\.[cm]?js$/, '')}${ending}': an import names the whole file`
}

interface FoundImport {
  readonly line: number
  readonly specifier: string
  readonly source: string
}

/** The line of `from` whose import means `missing`. */
function importOf(from: string, missing: string): FoundImport | undefined {
  const sources = readLines(from)
  for (const [index, source] of sources.entries())
    for (const [, specifier = ''] of source.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g))
      if (means(specifier, from, missing)) return { line: index + 1, specifier, source: `    ${source.trim()}` }
  return undefined
}

function means(specifier: string, from: string, missing: string): boolean {
  if (specifier.startsWith('.')) return path.resolve(path.dirname(from), specifier) === path.resolve(missing)
  return specifier === missing || specifier.startsWith(`${missing}/`)
}

function readLines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch {
    return []
  }
}

interface Shown {
  readonly place: string
  readonly lines: readonly string[]
}

/** Node puts the place and the source above the stack of what it cannot parse: `file:line`, the line, and a mark below it. */
function shownSource({ stack = '' }: Error): Shown | undefined {
  const match = /^(file:\/\/\S+|\/\S+):(\d+)\n([\s\S]*?\n\s*\^+)\s*\n/.exec(stack)
  if (!match) return undefined
  const [, file = '', line, source = ''] = match
  return {
    place: `${file.startsWith('file:') ? fileURLToPath(file) : file}:${line}`,
    lines: source.split('\n').map((each) => `    ${each}`),
  }
}

/** The first place of a stack that is the project's own code, and the other such places below. */
function firstPlace({ stack = '' }: Error, file: string): Shown {
  const own = stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line) && !/node:|\/node_modules\//.test(line) && !isToolkit(placeFile(placeIn(line) ?? '')))
  const shown = own.flatMap((line) => placeIn(line) ?? [])
  return {
    place: shown.find((place) => place.startsWith(path.dirname(file))) ?? shown[0] ?? file,
    lines: own.slice(0, 5).map((line) => `    ${line.trim()}`),
  }
}

/** `file:line` of a line of a stack. */
function placeIn(line: string): string | undefined {
  const place = /\(?((?:file:\/\/|\/)[^\s()]+:\d+):\d+\)?$/.exec(line)?.[1]
  return place?.startsWith('file:') ? place.replace(pathToFileURL('/').href, '/') : place
}

function placeFile(place: string): string {
  return place.replace(/:\d+$/, '')
}

/** Tells whether a file belongs to the toolkit, wherever it is installed: what it does inside is not what whoever uses it did wrong. */
function isToolkit(file: string): boolean {
  for (let at = path.dirname(file); at !== path.dirname(at); at = path.dirname(at)) {
    const manifest = path.join(at, 'package.json')
    if (existsSync(manifest)) return /"name":\s*"(?:banyan|@banyan\/[^"]+)"/.test(readLines(manifest).join('\n'))
  }
  return false
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? ''
}
