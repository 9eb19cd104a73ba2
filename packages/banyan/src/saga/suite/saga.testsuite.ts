export { testSagaKills } from './saga-kill.testsuite.ts'
export { testSagaSharing } from './saga-sharing.testsuite.ts'
