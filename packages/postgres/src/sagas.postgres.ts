import { testSagaSharing } from 'banyan/saga/testsuite'
import { postgresHarness } from './postgres-harness.ts'

testSagaSharing(postgresHarness)
