import { testRetentionJob } from 'banyan/service/testsuite'
import { postgresHarness } from './postgres-harness.ts'

testRetentionJob(postgresHarness)
