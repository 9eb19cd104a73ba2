import { testConsumer, testConsumerKills, testHolder, testParking } from 'banyan/events/testsuite'
import { postgresHarness } from './postgres-harness.ts'

testConsumer(postgresHarness)
testParking(postgresHarness)
testHolder(postgresHarness)
testConsumerKills(postgresHarness)
