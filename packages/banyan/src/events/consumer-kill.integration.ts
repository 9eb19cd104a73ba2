import { sqliteHarness } from '../store/sqlite/sqlite-harness.testsuite.ts'
import { testConsumerKills } from './consumer-kill.testsuite.ts'

testConsumerKills(sqliteHarness)
