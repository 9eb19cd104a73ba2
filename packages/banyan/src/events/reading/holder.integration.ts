import { memoryHarness } from '../../store/memory/memory-harness.testsuite.ts'
import { sqliteHarness } from '../../store/sqlite/sqlite-harness.testsuite.ts'
import { testHolder } from '../suite/holder.testsuite.ts'

testHolder(sqliteHarness)
testHolder(memoryHarness)
