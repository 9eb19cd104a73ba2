import { sqliteHarness } from '../store/sqlite/sqlite-harness.testsuite.ts'
import { testProjectionKills } from './suite/projection-kill.testsuite.ts'

testProjectionKills(sqliteHarness)
