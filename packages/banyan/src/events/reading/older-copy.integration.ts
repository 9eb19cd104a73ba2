import { sqliteHarness } from '../../store/sqlite/sqlite-harness.testsuite.ts'
import { testOlderCopies } from '../suite/older-copy.testsuite.ts'

testOlderCopies(sqliteHarness)
