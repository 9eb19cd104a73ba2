import { sqliteHarness } from '../store/sqlite/sqlite-harness.testsuite.ts'
import { testProjectionSharing } from './projection-sharing.testsuite.ts'
import { testProjection } from './projection.testsuite.ts'

testProjection(sqliteHarness)
testProjectionSharing(sqliteHarness)
