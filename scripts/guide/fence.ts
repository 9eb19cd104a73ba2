/** A fenced block of a Markdown page. */
export interface Fence {
  /** First word behind the fence, e.g. `ts`; empty when there is none. */
  readonly language: string
  /** What else stands behind the fence, e.g. `shown: a part of the file above`. */
  readonly note: string
  /** Its lines, without the fences. */
  readonly lines: readonly string[]
  /** Line of the page on which the first of them stands, from 1. */
  readonly line: number
}

const FENCE = /^```(\S*)[ \t]*(.*)$/

/** Returns the fenced blocks of a page, in order. One that nobody closed reaches to the end of the page. */
export function fencesOf(markdown: string): Fence[] {
  const fences: Fence[] = []
  let open: { language: string; note: string; lines: string[]; line: number } | undefined
  for (const [index, text] of markdown.split('\n').entries()) {
    const [fence, language = '', note = ''] = FENCE.exec(text) ?? []
    if (open && text.trimEnd() === '```') {
      fences.push(open)
      open = undefined
    } else if (open) open.lines.push(text)
    else if (fence !== undefined) open = { language, note: note.trim(), lines: [], line: index + 2 }
  }
  return open ? [...fences, open] : fences
}
