import assert from 'node:assert/strict'
import { variantFor } from '../definition.ts'
import type { StoreFactory } from '../factory.ts'
import { documentsTestState } from './documents-test-state.testsuite.ts'
import { sqlTestState } from './sql-test-state.testsuite.ts'
import type { TestState, TestVariant } from './test-state.testsuite.ts'

/** All that come with the toolkit. An adapter whose engine is none of these brings its own by `StorePlace.state`. */
const TEST_VARIANTS: readonly TestVariant[] = [sqlTestState, documentsTestState]

/** What stores of the suites are opened by: a place, or what a child process made of it. */
export interface TestStores {
  readonly factory: StoreFactory
  /** The suites' state, where the toolkit has none for the engine. */
  readonly state?: TestVariant | undefined
}

/** Picks the variant of the suites' state for a place. Throws `misuse` when there is none. */
export function testVariant({ factory, state }: TestStores): TestVariant {
  return variantFor('test', { variants: state ? [state] : TEST_VARIANTS }, factory.offer('test')) as TestVariant
}

/** Engine's own handles, and what the suites say to each. */
const states = new WeakMap<object, TestState>()

/** Makes {@link stateOf} know a handle. */
export function knowState(database: unknown, { repository }: TestVariant): void {
  if (!states.has(database as object)) states.set(database as object, repository(database as never))
}

/** The suites' state in a transaction or snapshot of a store that {@link openTestStore} opened. */
export function stateOf({ database }: { readonly database: unknown }): TestState {
  return states.get(database as object) ?? assert.fail('a test store is opened with openTestStore(), which knows its state')
}
