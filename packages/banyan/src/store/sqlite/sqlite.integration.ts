import { testStoreCrashes } from '../suite/store.testsuite.ts'
import { sqliteHarness } from './sqlite-harness.testsuite.ts'

testStoreCrashes(sqliteHarness)
