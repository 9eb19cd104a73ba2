import { sqliteHarness } from '../store/sqlite/sqlite-harness.testsuite.ts'
import { testOlderCopies } from './older-copy.testsuite.ts'

testOlderCopies(sqliteHarness)
