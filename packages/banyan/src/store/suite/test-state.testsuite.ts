import type { StoreVariant } from '../definition.ts'
import type { SchemaStep } from '../migration.ts'

/**
 * What the suites keep in a store, in no engine's own terms. Every word is a statement of the engine or more, none keeps anything in memory, and
 * each takes part in the transaction or snapshot that it is reached by: in a snapshot what writes fails with `misuse`.
 */
export interface TestState {
  readonly counters: TestCounters
  readonly blobs: TestBlobs
  readonly ledger: TestLedger
  /** Adds one to how often a thing was touched, and reads nothing. */
  touch(id: number): Promise<void>
  /** Notes that the step {@link TestSteps.notes} has made, one each time that it ran. Fails before it ran, where a store knows its steps. */
  notes(): Promise<number>
  /** Reads longer than any test and any machine: only its end from outside ends it. Where a harness declares `apart`. */
  endless?(): Promise<unknown>
}

/** Whole numbers by key: what is read, thought about and written. */
export interface TestCounters {
  /** Adds one; returns the new value. */
  add(key: string): Promise<number>
  /** Adds one without waiting for the answer, as `write` of SQL does; what is read behind it sees it. */
  addLater(key: string): void
  /** The value; undefined when there is none. */
  get(key: string): Promise<number | undefined>
  /** Sets the value, whatever it was. */
  set(key: string, value: number): Promise<void>
  /** All counters, by key. */
  list(): Promise<readonly TestCounter[]>
  /** Those from a key on, by key: a range, for phantoms. */
  from(key: string): Promise<readonly TestCounter[]>
}

/** One of {@link TestCounters}. */
export interface TestCounter {
  readonly key: string
  readonly value: number
}

/** Texts by key, which may be large. */
export interface TestBlobs {
  /** Adds a text. Fails in the engine when the key is taken, with an error that says `unique`. */
  put(key: string, content: string): Promise<void>
  /** The same without waiting for the answer. */
  putLater(key: string, content: string): void
  /** The text; undefined when there is none. */
  get(key: string): Promise<string | undefined>
  remove(key: string): Promise<void>
  count(): Promise<number>
}

/** One line of {@link TestLedger}. */
export interface TestEntry {
  readonly key: string
  readonly number: number
}

/** Lines in the order in which they were written, which may repeat. */
export interface TestLedger {
  append(key: string, number: number): Promise<void>
  /** All of them, oldest first. */
  list(): Promise<readonly TestEntry[]>
  /** Removes the lines with higher numbers. */
  removeAbove(number: number): Promise<void>
  /** Removes lines with lower numbers, `limit` at most; returns how many. */
  removeBelow(number: number, limit: number): Promise<number>
}

/** Steps of a schema beyond those of the state, for tests of upgrades. */
export interface TestSteps {
  /** `002-notes`: makes room for notes, and one of them. */
  readonly notes: SchemaStep
  /** `003-more`: makes something else. */
  readonly more: SchemaStep
  /** Returns a step of a name that does what `step` does and fails at its end. */
  broken(id: string, step: SchemaStep): SchemaStep
  /** Returns the step as somebody edited it: the same name, something else to do. */
  edited(step: SchemaStep): SchemaStep
  /** Returns the step under another name. */
  renamed(id: string, step: SchemaStep): SchemaStep
}

/** How the suites' state is kept in one kind of engine. */
export interface TestVariant extends StoreVariant<TestState> {
  /** Absent where stores outlive no release, and so know no steps. */
  readonly steps?: TestSteps
}
