import { sqliteHarness } from '../store/sqlite/sqlite-harness.testsuite.ts'
import { testConsumerBytes } from './consumer-bytes.testsuite.ts'

testConsumerBytes(sqliteHarness)
