import type { Machine } from './machine.ts'
import { figureTables, type Table } from './report-table.ts'
import type { Figure, Section } from './section.ts'

/** What one section found. */
export interface SectionReport extends Omit<Section, 'run'> {
  readonly figures: readonly Figure[]
  /** What a reader must know besides, e.g. what did not run. */
  readonly notes: readonly string[]
}

/** All that one run found. */
export interface Report {
  readonly machine: Machine
  /** When it began, ISO 8601. */
  readonly at: string
  readonly repeat: number
  readonly sections: readonly SectionReport[]
}

/** Returns the report as text for a terminal. */
export function reportText(report: Report): string {
  return [describe(report).join('\n'), ...report.sections.map(sectionText)].join('\n\n')
}

/** Returns `page` with the figures of a section between its two marks, `<!-- figures:orders -->` and `<!-- /figures:orders -->`; undefined when it has no such place. */
export function withFigures(page: string, section: SectionReport, report: Report): string | undefined {
  const [open, close] = [`<!-- figures:${section.name} -->`, `<!-- /figures:${section.name} -->`]
  const [from, to] = [page.indexOf(open), page.indexOf(close)]
  if (from < 0 || to < from) return undefined
  return `${page.slice(0, from + open.length)}\n${sectionMarkdown(section, report)}\n${page.slice(to)}`
}

function describe({ machine, at, repeat }: Report): string[] {
  const { cpu, cores, memoryGb, load, node, commit, fdatasyncMs } = machine
  return [
    `${cpu}, ${cores} cores, ${memoryGb} GB, load ${load.toFixed(1)} at the start, Node ${node}, commit ${commit}, ${at.slice(0, 10)}.`,
    `fdatasync of 4 KiB: p50 ${fdatasyncMs.p50.toFixed(2)} ms, p99 ${fdatasyncMs.p99.toFixed(2)} ms.`,
    repeat === 1 ? 'One repetition.' : `Medians of ${repeat} repetitions, with the lowest and the highest.`,
  ]
}

function sectionText({ name, measures, durability, figures, notes }: SectionReport): string {
  const tables = figureTables(figures).map(tableText)
  return [`${name}: ${measures}`, `Durability: ${durability}.`, ...tables, ...notes.map((note) => `note: ${note}`)].join('\n')
}

function tableText({ header, rows }: Table): string {
  const all = [header, ...rows]
  const widths = header.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function sectionMarkdown({ durability, figures, notes }: SectionReport, report: Report): string {
  const tables = figureTables(figures).map(tableMarkdown)
  const lines = [...describe(report), `Durability: ${durability}.`]
  return ['', lines.join(' '), ...tables, notes.map((note) => `- ${note}`).join('\n')].join('\n\n').trimEnd().slice(1) + '\n'
}

function tableMarkdown({ header, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')
}
