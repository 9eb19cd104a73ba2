import { testSqlStatements } from '../sql/suite/sql.testsuite.ts'
import { testStore } from '../suite/store.testsuite.ts'
import { sqliteHarness } from './sqlite-harness.testsuite.ts'

testStore(sqliteHarness)
testSqlStatements(sqliteHarness)
