import type { Machine } from './machine.ts'
import type { Aim, Figure, Section } from './section.ts'

/** What one section found. */
export interface SectionReport extends Omit<Section, 'run'> {
  readonly figures: readonly Figure[]
  /** What a reader must know besides, e.g. what did not run. */
  readonly notes: readonly string[]
}

/** All that one run found. */
export interface Report {
  readonly machine: Machine
  /** Epoch time of the run, ISO 8601. */
  readonly at: string
  readonly repeat: number
  readonly sections: readonly SectionReport[]
}

const COLUMNS = ['figure', 'of', 'median', 'lowest–highest', 'unit', 'floor', 'aim'] as const

/** Returns the report as text for a terminal. */
export function reportText({ machine, sections, repeat }: Report): string {
  return [describe(machine, repeat), ...sections.map(sectionText)].join('\n\n')
}

/** Returns the report as Markdown, a table for each section. */
export function reportMarkdown({ machine, sections, repeat }: Report): string {
  return [describe(machine, repeat), ...sections.map(sectionMarkdown)].join('\n\n')
}

/** Returns whether a figure reached its aim; undefined when it has none. */
export function isReached({ median, aim }: Figure): boolean | undefined {
  if (!aim) return undefined
  return 'atMost' in aim ? median <= aim.atMost : median >= aim.atLeast
}

function describe({ cpu, cores, memoryGb, load, node, commit, fdatasyncMs }: Machine, repeat: number): string {
  return [
    `${cpu}, ${cores} cores, ${memoryGb} GB, load ${load.toFixed(1)} at the start, Node ${node}, commit ${commit}.`,
    `fdatasync of 4 KiB: p50 ${fdatasyncMs.p50.toFixed(2)} ms, p99 ${fdatasyncMs.p99.toFixed(2)} ms.`,
    `Medians of ${repeat} repetition${repeat === 1 ? '' : 's'}, with the lowest and the highest.`,
  ].join('\n')
}

function sectionText({ name, measures, durability, figures, notes }: SectionReport): string {
  const rows = [[...COLUMNS], ...figures.map(cells)]
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return [`${name}: ${measures}`, `Durability: ${durability}.`, ...lines, ...notes.map((note) => `note: ${note}`)].join('\n')
}

function sectionMarkdown({ name, measures, durability, figures, notes }: SectionReport): string {
  const row = (texts: readonly string[]): string => `| ${texts.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`
  const table = [row(COLUMNS), row(COLUMNS.map(() => '---')), ...figures.map((figure) => row(cells(figure)))]
  return [`### ${name}`, `${measures} Durability: ${durability}.`, table.join('\n'), ...notes.map((note) => `- ${note}`)].join('\n\n')
}

function cells(figure: Figure): string[] {
  const { name, subject, unit, median, lowest, highest, samples, floor, aim } = figure
  return [
    name,
    subject ?? '',
    number(median),
    samples === 1 ? '' : `${number(lowest)}–${number(highest)}`,
    unit,
    floor === undefined ? '' : number(floor),
    aim ? `${aimText(aim)}: ${isReached(figure) ? 'reached' : 'missed'}` : '',
  ]
}

function aimText(aim: Aim): string {
  return 'atMost' in aim ? `≤ ${number(aim.atMost)}` : `≥ ${number(aim.atLeast)}`
}

// Three significant digits: more than that differs from run to run.
function number(value: number): string {
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
  const text = value.toFixed(Math.min(digits, 4))
  const [whole = '', part] = (text.includes('.') ? text.replace(/0+$/, '') : text).split('.')
  return whole.replaceAll(/\B(?=(\d{3})+$)/g, ',') + (part ? `.${part}` : '')
}
