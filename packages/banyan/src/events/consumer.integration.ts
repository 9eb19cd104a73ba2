import { sqliteHarness } from '../store/sqlite/sqlite-harness.testsuite.ts'
import { testConsumer } from './consumer.testsuite.ts'

testConsumer(sqliteHarness)
