export { testConsumerKills } from './consumer-kill.testsuite.ts'
export { testConsumer } from './consumer.testsuite.ts'
export { testHolder } from './holder.testsuite.ts'
export { testParking } from './parked.testsuite.ts'
