import { sqliteHarness } from '../store/sqlite/sqlite-harness.testsuite.ts'
import { testProjectionSharing } from './projection-sharing.testsuite.ts'
import { testProjectionVersions } from './projection-version.testsuite.ts'
import { testProjection } from './projection.testsuite.ts'

testProjection(sqliteHarness)
testProjectionSharing(sqliteHarness)
testProjectionVersions(sqliteHarness)
