import { sqliteHarness } from '../store/sqlite/sqlite-harness.testsuite.ts'
import { testSagaKills } from './saga-kill.testsuite.ts'

testSagaKills(sqliteHarness)
