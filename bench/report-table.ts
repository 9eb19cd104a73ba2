import type { Aim, Figure } from './section.ts'

/** A table of figures: a row for each thing that was measured, a column for each measure. Every row is as long as the header. */
export interface Table {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

interface Group {
  readonly name: string
  readonly measures: readonly string[]
  readonly figures: readonly Figure[]
}

/**
 * Arranges figures in tables. A name like `orders at 64 clients: p99` is a row and a column; subjects stand beneath each other, below them
 * the floor, where it is no subject itself, and the aims with whether they were reached.
 */
export function figureTables(figures: readonly Figure[]): readonly Table[] {
  const bySubject = Map.groupBy(figures, (figure) => split(figure)[0])
  const groups = [...bySubject].map(([name, own]): Group => ({ name, figures: own, measures: [...new Set(own.map(columnOf))] }))
  const byColumns = Map.groupBy(groups, ({ measures }) => measures.join('\n'))
  return [...byColumns.values()].map((alike) => {
    const measures = alike[0]?.measures ?? []
    return { header: ['', 'of', ...measures], rows: alike.flatMap((group) => groupRows(group)) }
  })
}

/** Returns whether a figure reached its aim; undefined when it has none. */
export function isReached({ median, aim }: Figure): boolean | undefined {
  if (!aim) return undefined
  return 'atMost' in aim ? median <= aim.atMost : median >= aim.atLeast
}

function groupRows({ name, measures, figures }: Group): string[][] {
  const row = (of: string, cell: (figure: Figure) => string | undefined, own: readonly Figure[]): string[] | undefined => {
    const cells = measures.map(
      (measure) =>
        own
          .filter((figure) => columnOf(figure) === measure)
          .map(cell)
          .find(Boolean) ?? '',
    )
    return cells.some(Boolean) ? [name, of, ...cells] : undefined
  }
  const subjects = [...Map.groupBy(figures, ({ subject }) => subject ?? 'Banyan')].map(([subject, own]) => row(subject, value, own))
  const isSubject = ({ floor }: Figure): boolean => figures.some((other) => other.median === floor)
  const floor = row(
    'floor',
    (figure) => (figure.floor === undefined ? undefined : withUnit(figure, number(figure.floor))),
    figures.filter((one) => !isSubject(one)),
  )
  const aim = row('aim', (figure) => figure.aim && `${aimText(figure.aim)}: ${isReached(figure) ? 'reached' : 'missed'}`, figures)
  return [...subjects, floor, aim].filter((one) => one !== undefined)
}

function split({ name }: Figure): readonly [string, string] {
  const at = name.lastIndexOf(': ')
  return at < 0 ? [name, ''] : [name.slice(0, at), name.slice(at + 2)]
}

// A figure that is no measure of a row among others keeps its unit beside it.
function columnOf(figure: Figure): string {
  const [, measure] = split(figure)
  return measure ? `${measure}, ${figure.unit}` : 'median'
}

function value(figure: Figure): string {
  const { median, lowest, highest, samples } = figure
  return withUnit(figure, samples === 1 ? number(median) : `${number(median)} (${number(lowest)}–${number(highest)})`)
}

function withUnit(figure: Figure, text: string): string {
  return split(figure)[1] ? text : `${text} ${figure.unit}`
}

function aimText(aim: Aim): string {
  return 'atMost' in aim ? `≤ ${number(aim.atMost)}` : `≥ ${number(aim.atLeast)}`
}

// Three significant digits: more than that differs from run to run.
function number(amount: number): string {
  const digits = amount === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(amount))))
  const text = amount.toFixed(Math.min(digits, 4))
  const [whole = '', part] = (text.includes('.') ? text.replace(/0+$/, '') : text).split('.')
  return whole.replaceAll(/\B(?=(\d{3})+$)/g, ',') + (part ? `.${part}` : '')
}
