import { sqliteHarness } from '../store/sqlite/sqlite-harness.testsuite.ts'
import { testProjectionSharing } from './suite/projection-sharing.testsuite.ts'
import { testProjectionVersions } from './suite/projection-version.testsuite.ts'
import { testProjection } from './suite/projection.testsuite.ts'

testProjection(sqliteHarness)
testProjectionSharing(sqliteHarness)
testProjectionVersions(sqliteHarness)
