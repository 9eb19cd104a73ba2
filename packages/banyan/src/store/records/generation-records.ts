/** One set of a projection's tables. */
export interface GenerationRecord {
  readonly name: string
  /** Counts up with each rebuild; part of the tables' names. */
  readonly generation: number
  /** Version of the definition that made it. */
  readonly version: number
  /** `building`: being filled. `serving`: read from. `retired`: to be dropped. One per projection serves. */
  readonly status: 'building' | 'serving' | 'retired'
  /** Full names of its tables. */
  readonly tables: readonly string[]
}

/** Generations of projections: their tables, and which of them serve. */
export interface GenerationRecords {
  /** Generations of a projection, oldest first. */
  list(name: string): Promise<GenerationRecord[]>
  /** Generations of all projections that are being filled, by whichever instance. */
  listBuilding(): Promise<Pick<GenerationRecord, 'name' | 'generation'>[]>
  /** Adds a generation and makes its tables, each as the engine wants it described: in SQL by the statements that create it. */
  create(record: Omit<GenerationRecord, 'tables'>, parts: readonly string[]): Promise<GenerationRecord>
  /** Lets a generation serve and retires the one that did. */
  serve(name: string, generation: number): Promise<void>
  /** Gives up a generation that was being filled. */
  retire(record: Pick<GenerationRecord, 'name' | 'generation'>): Promise<void>
  /** Removes a retired generation with its tables. */
  drop(record: Pick<GenerationRecord, 'name' | 'generation' | 'tables'>): Promise<void>
  /** Whether a later generation of the same version serves. */
  isSuperseded(record: Pick<GenerationRecord, 'name' | 'version' | 'generation'>): Promise<boolean>
}
