import { sqliteHarness } from '../../store/sqlite/sqlite-harness.testsuite.ts'
import { testSagaKills } from '../suite/saga-kill.testsuite.ts'

testSagaKills(sqliteHarness)
