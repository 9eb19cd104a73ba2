import { testStoreCrashes } from '../store.testsuite.ts'
import { sqliteHarness } from './sqlite-harness.testsuite.ts'

testStoreCrashes(sqliteHarness)
