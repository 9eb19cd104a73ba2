import { memoryHarness } from '../../store/memory/memory-harness.testsuite.ts'
import { sqliteHarness } from '../../store/sqlite/sqlite-harness.testsuite.ts'
import { testRetentionJob } from '../suite/retention-job.testsuite.ts'

testRetentionJob(sqliteHarness)
testRetentionJob(memoryHarness)
