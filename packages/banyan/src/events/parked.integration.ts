import { sqliteHarness } from '../store/sqlite/sqlite-harness.testsuite.ts'
import { testParking } from './parked.testsuite.ts'

testParking(sqliteHarness)
