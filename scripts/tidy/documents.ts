import path from 'node:path'
import type { Violation } from './rule.ts'

/** A Markdown file. Its path is relative to the repository and uses `/`. */
export interface Document {
  readonly path: string
  readonly text: string
}

/** What links may lead to. */
export interface Repository {
  exists(file: string): boolean
  read(file: string): string
  /** Names that `npm run` knows. */
  readonly scripts: ReadonlySet<string>
}

/** A link of a document to another place of the repository. */
export interface Link {
  readonly text: string
  /** Path from the root of the repository; the document itself for `#anchor`. */
  readonly file: string
  readonly anchor: string | undefined
  readonly line: number
}

/** Every file that a document links to exists, its anchors are headings or lines, and every `npm run` that it names is one. */
export function documentViolations(document: Document, repository: Repository): Violation[] {
  const report = (line: number, message: string): Violation => ({ path: document.path, line, message })
  const links = linksOf(document).flatMap(({ file, anchor, line }) => {
    if (file.startsWith('..')) return [report(line, `the link to ${file} leaves the repository`)]
    if (!repository.exists(file)) return [report(line, `there is no ${file}: repair the link`)]
    if (anchor === undefined || anchorExists(file, anchor, repository)) return []
    return [report(line, `${file} has no "#${anchor}": repair the anchor`)]
  })
  const verbs = namedScripts(document.text)
    .filter(({ name }) => !repository.scripts.has(name))
    .map(({ name, line }) => report(line, `package.json has no script "${name}"`))
  return [...links, ...verbs]
}

const LINK = /!?\[([^\]]*)\]\(<?([^)<>\s]+)>?(?:\s+"[^"]*")?\)/g
const REFERENCE = /^\[([^\]]+)\]:\s*(\S+)/gm
const EXTERNAL = /^[a-z][a-z0-9+.-]*:/i

/** Links to places of the repository; what stands in code or leads elsewhere is left out. */
export function linksOf({ path: from, text }: Document): Link[] {
  const prose = withoutCode(text)
  return [...prose.matchAll(LINK), ...prose.matchAll(REFERENCE)].flatMap((match) => {
    const [, label = '', target = ''] = match
    if (EXTERNAL.test(target)) return []
    const [file = '', anchor] = target.split('#')
    const base = file.startsWith('/') ? file.slice(1) : path.posix.join(path.posix.dirname(from), file)
    return [{ text: label, file: file === '' ? from : decodeURIComponent(base), anchor, line: lineAt(prose, match.index) }]
  })
}

/** Blanks fenced blocks and inline code, so that positions stay and examples are no links. */
function withoutCode(text: string): string {
  const blanked = (code: string): string => code.replaceAll(/[^\n]/g, ' ')
  return text.replaceAll(/^(`{3,})[\s\S]*?^\1/gm, blanked).replaceAll(/`[^`\n]+`/g, blanked)
}

function anchorExists(file: string, anchor: string, repository: Repository): boolean {
  const text = repository.read(file)
  if (file.endsWith('.md')) return headingAnchors(text).has(anchor)
  const line = /^L(\d+)$/.exec(anchor)?.[1]
  return line !== undefined && Number(line) <= text.split('\n').length
}

/** The anchors that a Markdown file gets on the web: headings in small letters, blanks as dashes, repetitions counted. */
export function headingAnchors(text: string): Set<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of text.replaceAll(/^(`{3,})[\s\S]*?^\1/gm, '').matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const plain = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const anchor = plain.replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-')
    let unique = anchor
    for (let number = 1; anchors.has(unique); number++) unique = `${anchor}-${number}`
    anchors.add(unique)
  }
  return anchors
}

function namedScripts(text: string): { name: string; line: number }[] {
  return Array.from(text.matchAll(/\bnpm run ([a-z][\w:-]*)/g), (match) => ({ name: match[1] ?? '', line: lineAt(text, match.index) }))
}

function lineAt(text: string, position: number): number {
  return text.slice(0, position).split('\n').length
}
