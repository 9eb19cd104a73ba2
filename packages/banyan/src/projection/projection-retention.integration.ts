import { sqliteHarness } from '../store/sqlite/sqlite-harness.testsuite.ts'
import { testProjectionRetention } from './suite/projection-retention.testsuite.ts'

testProjectionRetention(sqliteHarness)
