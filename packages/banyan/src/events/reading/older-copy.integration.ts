import { memoryHarness } from '../../store/memory/memory-harness.testsuite.ts'
import { sqliteHarness } from '../../store/sqlite/sqlite-harness.testsuite.ts'
import { testOlderCopies } from '../suite/older-copy.testsuite.ts'

testOlderCopies(sqliteHarness)
testOlderCopies(memoryHarness)
