import { testStore, testStoreCrashes } from 'banyan/store/testsuite'
import { postgresHarness } from './postgres-harness.ts'

testStore(postgresHarness)
testStoreCrashes(postgresHarness)
