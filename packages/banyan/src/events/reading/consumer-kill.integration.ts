import { sqliteHarness } from '../../store/sqlite/sqlite-harness.testsuite.ts'
import { testConsumerKills } from '../suite/consumer-kill.testsuite.ts'

testConsumerKills(sqliteHarness)
