import { testSqlStatements } from 'banyan/store/sql/testsuite'
import { testStore, testStoreCrashes } from 'banyan/store/testsuite'
import { postgresHarness } from './postgres-harness.ts'

testStore(postgresHarness)
testSqlStatements(postgresHarness)
testStoreCrashes(postgresHarness)
