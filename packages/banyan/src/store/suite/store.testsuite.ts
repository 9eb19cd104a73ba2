import { testReadsApart } from './store-apart.testsuite.ts'
import { testAtomicity } from './store-atomicity.testsuite.ts'
import { testBounds } from './store-bounds.testsuite.ts'
import { testConsumption } from './store-consumption.testsuite.ts'
import { testCrashes } from './store-crash.testsuite.ts'
import { testCosts } from './store-costs.testsuite.ts'
import { testFeatures } from './store-features.testsuite.ts'
import { testFeed } from './store-feed.testsuite.ts'
import type { StoreHarness } from './store-harness.testsuite.ts'
import { testHistory } from './store-history.testsuite.ts'
import { testHindrance } from './store-hindrance.testsuite.ts'
import { testIsolation } from './store-isolation.testsuite.ts'
import { testLists } from './store-lists.testsuite.ts'
import { testOpening } from './store-opening.testsuite.ts'
import { testOrder } from './store-order.testsuite.ts'
import { testPages } from './store-pages.testsuite.ts'
import { testReaders } from './store-readers.testsuite.ts'
import { testRecords } from './store-records.testsuite.ts'
import { testRetention } from './store-retention.testsuite.ts'
import { testSagas } from './store-sagas.testsuite.ts'
import { testUpgrade } from './store-upgrade.testsuite.ts'

export type { CountedDatabase, StoreCosts, StoreHarness, StorePlace } from './store-harness.testsuite.ts'
export type { TestState, TestVariant } from './test-state.testsuite.ts'

/**
 * The conformance suite of the store port: each promise S1–S18 of {@link Store} and each sentence of its records is a test or more, named after
 * it. Call it in a test file of an adapter; it declares tests of `node:test`.
 */
export function testStore(harness: StoreHarness): void {
  testFeatures(harness)
  testAtomicity(harness)
  testIsolation(harness)
  testReadsApart(harness)
  testFeed(harness)
  testPages(harness)
  testLists(harness)
  testOrder(harness)
  testRecords(harness)
  testConsumption(harness)
  testSagas(harness)
  testRetention(harness)
  testReaders(harness)
  testHistory(harness)
  testOpening(harness)
  testBounds(harness)
  testUpgrade(harness)
  testHindrance(harness)
  testCosts(harness)
}

/** The part of the suite that starts processes and kills them; some seconds. */
export function testStoreCrashes(harness: StoreHarness): void {
  testCrashes(harness)
}
