// Owns: what the blocks of a page of docs/guide are: parts of files, lines for a shell, what they print, or only shown, with a reason.
import { type Fence, fencesOf } from './fence.ts'

/** A file that blocks of a page form together. */
export interface SnippetFile {
  readonly name: string
  /** In order; each with its line on the page, from 1. */
  readonly lines: readonly { readonly text: string; readonly pageLine: number }[]
}

/** Lines of a page for a shell. */
export interface ShellSnippet {
  readonly script: string
  /** Whether it runs on beside those that follow, e.g. a platform, and is ended after them. */
  readonly staysUp: boolean
  /** What it prints: each stands in its output, in this order. */
  readonly prints: readonly string[]
  readonly pageLine: number
}

/** What is wrong on a page. */
export interface PageProblem {
  readonly line: number
  readonly message: string
}

/** A page of the guide, as it is run. */
export interface GuidePage {
  /** Path in the repository, e.g. `docs/guide/events.md`. */
  readonly path: string
  readonly files: readonly SnippetFile[]
  readonly shells: readonly ShellSnippet[]
  readonly problems: readonly PageProblem[]
}

const FILE_NAME = /^\/\/ ([a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)*\.ts)$/
const PRINTS = /^#\s=>\s(.+)$/
/** Behind `sh`: what is started keeps running. */
const STAYS_UP = 'stays up'
const SHOWN = /^shown\b:?\s*(.*)$/

/**
 * Reads a page. Every block is one of these, and whatever is not is a problem:
 * - `ts` with the name of its file in the first line, e.g. `// contract.ts`; blocks of one name form one file;
 * - `sh`, with `# => text` for what its output holds; `sh stays up` for what runs on, e.g. a platform;
 * - `text`, for what nobody runs: output, drawings;
 * - `ts shown: reason` or `sh shown: reason`, which only a reader runs.
 */
export function guidePage(path: string, markdown: string): GuidePage {
  const files = new Map<string, { text: string; pageLine: number }[]>()
  const shells: ShellSnippet[] = []
  const problems: PageProblem[] = []
  const report = ({ line }: Fence, message: string): number => problems.push({ line, message })
  for (const fence of fencesOf(markdown)) {
    const { language, note } = fence
    const [shown, reason] = SHOWN.exec(note) ?? []
    const isExplained = shown !== undefined && reason !== '' && (language === 'ts' || language === 'sh')
    if (isExplained || (language === 'text' && note === '')) continue
    if (language !== 'ts' && language !== 'sh') report(fence, `the block is "${language}"; write ts, sh or text behind its fence`)
    else if (shown !== undefined) report(fence, `only shown, and not why: write "${language} shown: reason"`)
    else if (language === 'sh' && (note === '' || note === STAYS_UP)) shells.push(shellOf(fence))
    else if (note !== '') report(fence, `"${note}" behind the fence means nothing; write "shown: reason", or for sh "${STAYS_UP}"`)
    else addTo(files, fence, report)
  }
  if (!files.values().some((lines) => lines.some(({ text }) => isChecked(text))) && shells.length === 0 && problems.length === 0)
    problems.push({ line: 1, message: 'nothing on this page is checked: add a test, or lines with "// => value"' })
  return { path, files: [...files].map(([name, lines]) => ({ name, lines })), shells, problems }
}

/** Tells whether a line of a snippet says what must hold. */
function isChecked(text: string): boolean {
  return /^test\(|\/\/ => |\bassert\./.test(text)
}

function addTo(
  files: Map<string, { text: string; pageLine: number }[]>,
  fence: Fence,
  report: (fence: Fence, message: string) => unknown,
): void {
  const [, name] = FILE_NAME.exec(fence.lines[0] ?? '') ?? []
  if (name === undefined) {
    report(fence, 'the block names no file: begin it with a line such as "// contract.ts", or say why it is only shown')
    return
  }
  const lines = files.get(name) ?? []
  files.set(name, lines)
  lines.push(...fence.lines.map((text, index) => ({ text, pageLine: fence.line + index })))
}

function shellOf({ note, lines, line }: Fence): ShellSnippet {
  const prints = lines.flatMap((text) => PRINTS.exec(text)?.[1] ?? [])
  return { script: lines.join('\n'), staysUp: note === STAYS_UP, prints, pageLine: line }
}
