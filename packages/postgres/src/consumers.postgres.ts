import { testConsumer, testConsumerBytes, testConsumerKills, testHolder, testOlderCopies, testParking } from 'banyan/events/testsuite'
import { postgresHarness } from './postgres-harness.ts'

testConsumer(postgresHarness)
testConsumerBytes(postgresHarness)
testParking(postgresHarness)
testHolder(postgresHarness)
testOlderCopies(postgresHarness)
testConsumerKills(postgresHarness)
