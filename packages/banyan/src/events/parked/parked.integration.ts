import { memoryHarness } from '../../store/memory/memory-harness.testsuite.ts'
import { sqliteHarness } from '../../store/sqlite/sqlite-harness.testsuite.ts'
import { testParking } from '../suite/parked.testsuite.ts'

testParking(sqliteHarness)
testParking(memoryHarness)
