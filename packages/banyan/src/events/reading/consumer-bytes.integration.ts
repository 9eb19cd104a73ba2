import { sqliteHarness } from '../../store/sqlite/sqlite-harness.testsuite.ts'
import { testConsumerBytes } from '../suite/consumer-bytes.testsuite.ts'

testConsumerBytes(sqliteHarness)
