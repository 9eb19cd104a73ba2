import { testProjection, testProjectionKills, testProjectionRetention } from 'banyan/projection/testsuite'
import { postgresHarness } from './postgres-harness.ts'

testProjection(postgresHarness)
testProjectionRetention(postgresHarness)
testProjectionKills(postgresHarness)
