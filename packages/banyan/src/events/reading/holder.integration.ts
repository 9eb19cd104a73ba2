import { sqliteHarness } from '../../store/sqlite/sqlite-harness.testsuite.ts'
import { testHolder } from '../suite/holder.testsuite.ts'

testHolder(sqliteHarness)
