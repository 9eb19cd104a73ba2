import { testStore } from '../suite/store.testsuite.ts'
import { sqliteHarness } from './sqlite-harness.testsuite.ts'

testStore(sqliteHarness)
