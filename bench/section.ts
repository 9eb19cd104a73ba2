/** What a figure should reach on a machine whose disk syncs in under a millisecond. */
export type Aim = { readonly atMost: number } | { readonly atLeast: number }

/** One measured figure: the median of its samples, with how far they were apart. */
export interface Figure {
  /** What was measured, e.g. `local call`, or with a measure of it, e.g. `orders at 64 clients: p99`: a row and a column of a table. */
  readonly name: string
  /** Who was measured, where others stand beside us, e.g. `Banyan on SQLite`. */
  readonly subject?: string
  /** Unit of the values, e.g. `orders/s`, `CPU-ms`, `µs`. */
  readonly unit: string
  readonly median: number
  readonly lowest: number
  readonly highest: number
  /** Values behind the median. */
  readonly samples: number
  /** Median of the least that this work takes, measured in the same run, in the same unit. */
  readonly floor?: number
  readonly aim?: Aim
}

/** What the command line asks of every section. */
export interface BenchOptions {
  /** How often each figure is measured. */
  readonly repeat: number
  /** Concurrent clients of the shop, each a row. */
  readonly clients: readonly number[]
  /** Orders of one measured run. */
  readonly orders: number
  /** Sagas in flight at once, each a row. */
  readonly inFlight: readonly number[]
  /** How long sagas are measured at each number in flight, in seconds. */
  readonly seconds: number
  /** Whether other engines run beside ours. They are installed on first use. */
  readonly peers: boolean
  /** Reduces what takes minutes (millions of rows) to what takes seconds; the figures say so. */
  readonly quick: boolean
  /** Says what goes on, on standard error. */
  progress(message: string): void
  /** Adds a sentence to what is printed below the figures, e.g. what could not be measured, and why. */
  note(sentence: string): void
}

/** A part of the benchmark that can be chosen by its name. */
export interface Section {
  /** One word, as in `--only sagas`. */
  readonly name: string
  /** One sentence: what is measured, and what the floor does. */
  readonly measures: string
  /** The durability setting that the figures were taken with. */
  readonly durability: string
  run(options: BenchOptions): Promise<readonly Figure[]>
}
