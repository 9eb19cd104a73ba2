import { memoryHarness } from '../store/memory/memory-harness.testsuite.ts'
import { sqliteHarness } from '../store/sqlite/sqlite-harness.testsuite.ts'
import { testConsumer } from './suite/consumer.testsuite.ts'

testConsumer(sqliteHarness)
testConsumer(memoryHarness)
