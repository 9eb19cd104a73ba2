import { memoryHarness } from '../../store/memory/memory-harness.testsuite.ts'
import { sqliteHarness } from '../../store/sqlite/sqlite-harness.testsuite.ts'
import { testConsumerBytes } from '../suite/consumer-bytes.testsuite.ts'

testConsumerBytes(sqliteHarness)
testConsumerBytes(memoryHarness)
