import { sqliteHarness } from '../store/sqlite/sqlite-harness.testsuite.ts'
import { testHolder } from './holder.testsuite.ts'

testHolder(sqliteHarness)
