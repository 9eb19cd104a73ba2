import { Query } from 'pg'
import type { SqlValue } from 'banyan/store'
import { type ColumnParser, columnParser } from './values.ts'

/** A row as the port returns it. */
export type Row = Record<string, SqlValue>

/** A column of a prepared statement's result. */
export interface Column {
  readonly name: string
  readonly parse: ColumnParser
}

/** What one statement answered. */
export interface PartResult {
  readonly rows: Row[]
  /** Rows that INSERT, UPDATE, DELETE or MERGE changed; 0 for others. */
  changed: number
  /** The server's name for what it did, e.g. `INSERT 0 1`; `ROLLBACK` for a COMMIT that came after an error. */
  tag: string
}

/** What a batch is made of; see `Session.send`. */
export interface BatchPlan {
  readonly bytes: Buffer
  /** Known columns by part; undefined where the batch asks for them. */
  readonly columns: (readonly Column[] | undefined)[]
  /** Called when the server described a part. */
  readonly described: (part: number, columns: readonly Column[]) => void
  readonly succeeded: (results: PartResult[]) => void
  /** `part` failed or was not answered; those before it were done. */
  readonly failed: (error: Error, part: number, results: PartResult[]) => void
}

interface Stream {
  write(bytes: Uint8Array): boolean
}
interface FieldDescription {
  readonly name: string
  readonly dataTypeID: number
}

/**
 * Several statements between two Syncs, as one unit of the driver's queue.
 * The driver connects, authenticates and reads; what is sent and how rows are built is ours.
 * After an error the server skips to the Sync, so a statement never runs without the BEGIN it was sent with.
 */
export class WireBatch extends Query {
  readonly #plan: BatchPlan
  readonly #results: PartResult[]
  /** Part whose answer arrives. */
  #part = 0
  /** What could not be read, and of which part. */
  #failure: { readonly error: Error; readonly part: number } | undefined
  #settled = false

  constructor(plan: BatchPlan) {
    super('')
    this.#plan = plan
    this.#results = plan.columns.map(() => ({ rows: [], changed: 0, tag: '' }))
  }

  override submit = (connection: object): null => {
    const { stream } = connection as { stream: Stream }
    stream.write(this.#plan.bytes)
    return null
  }

  handleRowDescription(message: { fields: readonly FieldDescription[] }): void {
    const columns = message.fields.map((field) => ({ name: field.name, parse: columnParser(field.dataTypeID) }))
    this.#plan.columns[this.#part] = columns
    this.#plan.described(this.#part, columns)
  }

  handleDataRow(message: { fields: readonly (string | null)[] }): void {
    const columns = this.#plan.columns[this.#part] as readonly Column[]
    const row: Row = {}
    try {
      for (let index = 0; index < columns.length; index++) {
        const { name, parse } = columns[index] as Column
        const text = message.fields[index] as string | null
        row[name] = text === null ? null : parse(text)
      }
    } catch (error) {
      this.#failure ??= { error: error as Error, part: this.#part }
    }
    this.#results[this.#part]?.rows.push(row)
  }

  handleCommandComplete({ text }: { text: string }): void {
    const result = this.#results[this.#part] as PartResult
    result.tag = text
    result.changed = changedRows(text)
    if (this.#plan.columns[this.#part] === undefined) this.#plan.described(this.#part, NO_COLUMNS)
    this.#part++
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: '' })
  }

  handleReadyForQuery(): void {
    if (this.#settled) return
    this.#settled = true
    if (this.#failure !== undefined) return this.#plan.failed(this.#failure.error, this.#failure.part, this.#results)
    this.#plan.succeeded(this.#results)
  }

  handleError(error: Error): void {
    if (this.#settled) return
    this.#settled = true
    this.#plan.failed(error, this.#part, this.#results)
  }
}

const NO_COLUMNS: readonly Column[] = []

/** Reads the count of a tag such as `INSERT 0 1` or `UPDATE 3`. */
function changedRows(tag: string): number {
  const first = tag.charCodeAt(0)
  if (first !== 0x49 && first !== 0x55 && first !== 0x44 && first !== 0x4d) return 0 // I, U, D, M
  const count = Number(tag.slice(tag.lastIndexOf(' ') + 1))
  return Number.isNaN(count) ? 0 : count
}
