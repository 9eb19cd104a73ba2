import { sqliteHarness } from '../store/sqlite/sqlite-harness.testsuite.ts'
import { testProjection } from './projection.testsuite.ts'

testProjection(sqliteHarness)
