import {
  testProjection,
  testProjectionKills,
  testProjectionRetention,
  testProjectionSharing,
  testProjectionVersions,
} from 'banyan/projection/testsuite'
import { postgresHarness } from './postgres-harness.ts'

testProjection(postgresHarness)
testProjectionRetention(postgresHarness)
testProjectionKills(postgresHarness)
testProjectionSharing(postgresHarness)
testProjectionVersions(postgresHarness)
