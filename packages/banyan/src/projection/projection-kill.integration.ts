import { sqliteHarness } from '../store/sqlite/sqlite-harness.testsuite.ts'
import { testProjectionKills } from './projection-kill.testsuite.ts'

testProjectionKills(sqliteHarness)
