import { sqliteHarness } from '../../store/sqlite/sqlite-harness.testsuite.ts'
import { testParking } from '../suite/parked.testsuite.ts'

testParking(sqliteHarness)
