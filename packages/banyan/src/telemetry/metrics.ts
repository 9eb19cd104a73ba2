import { misuse } from '../kernel/error.ts'
import { createHistogram, type Histogram, histogramLines } from './histogram.ts'
import { labelText, sample } from './prometheus-text.ts'

export { type Histogram, LATENCY_BUCKETS_SECONDS } from './histogram.ts'

/** Name, meaning and labels of a metric. */
export interface MetricOptions {
  /** E.g. `banyan_requests_total`; counters end in `_total`, units are base units (`_seconds`, `_bytes`). */
  readonly name: string
  /** One line for people. */
  readonly help: string
  /** Names of the labels, in the order in which handles are asked for. Default none. */
  readonly labels?: readonly string[]
}

/** Counts one series. Adding costs one addition. */
export interface Counter {
  add(amount?: number): void
  readonly value: number
}

/** The series of one counter. */
export interface CounterFamily {
  /** Returns the series of these label values; keep it and use it directly where it is hot. */
  handle(...values: readonly string[]): Counter
}

/** The series of one histogram. */
export interface HistogramFamily {
  /** Returns the series of these label values; keep it and use it directly where it is hot. */
  handle(...values: readonly string[]): Histogram
}

/** One value of a gauge at the moment of reading. */
export interface GaugeReading {
  /** Values of the labels, in the order of the declaration. Default none. */
  readonly labels?: readonly string[]
  readonly value: number
}

/** The metrics of one process. Passed along, never a global. */
export interface Metrics {
  /** Declares a counter; declaring the same name again returns the same one. */
  counter(options: MetricOptions): CounterFamily
  /** Declares a histogram of the given upper bounds. Default bounds: {@link LATENCY_BUCKETS_SECONDS}. */
  histogram(options: MetricOptions & { readonly buckets?: readonly number[] }): HistogramFamily
  /** Declares a gauge that is read when somebody looks. `read` must not wait; what it throws leaves the gauge out. Several readers of one name add up. */
  gauge(options: MetricOptions, read: () => number | Iterable<GaugeReading>): void
  /** Everything in the Prometheus text format 0.0.4. */
  text(): string
}

/** Series of one metric at most. Further label values share a series whose labels read `other`, so that input can never fill the memory. */
const SERIES_MAX = 1_000

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/

interface Family {
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly options: MetricOptions
  readonly lines: () => string[]
  readonly handles?: CounterFamily | HistogramFamily
  readonly readers?: (() => number | Iterable<GaugeReading>)[]
}

/** Creates the metrics of one process. */
export function createMetrics(): Metrics {
  const families = new Map<string, Family>()
  function declare(type: Family['type'], options: MetricOptions, create: () => Family): Family {
    const known = families.get(options.name)
    if (known) {
      if (known.type !== type || String(known.options.labels ?? []) !== String(options.labels ?? []))
        misuse(`metric "${options.name}" is declared twice with another type or other labels; rename one`)
      return known
    }
    checkNames(options)
    const family = create()
    families.set(options.name, family)
    return family
  }
  return {
    counter: (options) => declare('counter', options, () => counterFamily(options)).handles as CounterFamily,
    histogram: (options) => declare('histogram', options, () => histogramFamily(options, options.buckets)).handles as HistogramFamily,
    gauge(options, read) {
      declare('gauge', options, () => gaugeFamily(options)).readers?.push(read)
    },
    text: () => [...families.values()].map(familyText).join(''),
  }
}

function familyText({ type, options, lines }: Family): string {
  const body = lines()
  if (body.length === 0) return ''
  const help = options.help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
  return `# HELP ${options.name} ${help}\n# TYPE ${options.name} ${type}\n${body.join('\n')}\n`
}

function checkNames({ name, labels = [] }: MetricOptions): void {
  if (!NAME.test(name)) misuse(`metric name "${name}" must be letters, digits and underscores, e.g. "banyan_requests_total"`)
  const wrong = labels.find((label) => !LABEL.test(label) || label.startsWith('__') || label === 'le')
  if (wrong !== undefined)
    misuse(`label "${wrong}" of metric "${name}" must be letters, digits and underscores, and neither "le" nor "__…"`)
}

function counterFamily(options: MetricOptions): Family {
  const series = seriesOf<Counter>(options, () => {
    let value = 0
    return {
      add(amount = 1) {
        value += amount
      },
      get value() {
        return value
      },
    }
  })
  return {
    type: 'counter',
    options,
    handles: { handle: series.handle },
    lines: () => series.all().map(([labels, counter]) => sample(options.name, labels, counter.value)),
  }
}

function histogramFamily(options: MetricOptions, buckets: readonly number[] | undefined): Family {
  const series = seriesOf<Histogram>(options, () => createHistogram(buckets))
  return {
    type: 'histogram',
    options,
    handles: { handle: series.handle },
    lines: () => series.all().flatMap(([labels, histogram]) => histogramLines(options.name, labels, histogram)),
  }
}

function gaugeFamily(options: MetricOptions): Family {
  const readers: (() => number | Iterable<GaugeReading>)[] = []
  function lines(): string[] {
    const sums = new Map<string, number>()
    for (const read of readers)
      for (const { labels = [], value } of readings(read)) {
        const text = labelText(options.labels ?? [], labels)
        if (sums.has(text) || sums.size < SERIES_MAX) sums.set(text, (sums.get(text) ?? 0) + value)
      }
    return Array.from(sums, ([labels, value]) => sample(options.name, labels, value))
  }
  return { type: 'gauge', options, readers, lines }
}

function readings(read: () => number | Iterable<GaugeReading>): Iterable<GaugeReading> {
  try {
    const value = read()
    return typeof value === 'number' ? [{ value }] : [...value]
  } catch {
    return []
  }
}

interface Series<T> {
  handle(...values: readonly string[]): T
  all(): [labels: string, handle: T][]
}

function seriesOf<T>({ name, labels = [] }: MetricOptions, create: () => T): Series<T> {
  const byLabels = new Map<string, T>()
  function open(text: string): T {
    const created = create()
    byLabels.set(text, created)
    return created
  }
  // A metric without labels shows its zero from the start: a rate needs a first value.
  if (labels.length === 0) open('')
  return {
    handle(...values) {
      if (values.length !== labels.length)
        misuse(`metric "${name}" has ${labels.length} labels (${labels.join(', ')}), but got ${values.length} values`)
      const text = labelText(labels, values)
      const known = byLabels.get(text)
      if (known) return known
      if (byLabels.size < SERIES_MAX) return open(text)
      const other = labelText(
        labels,
        labels.map(() => 'other'),
      )
      return byLabels.get(other) ?? open(other)
    },
    all: () => [...byLabels],
  }
}
