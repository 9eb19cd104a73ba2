export { testProjection } from './projection.testsuite.ts'
export { testProjectionKills } from './projection-kill.testsuite.ts'
export { testProjectionRetention } from './projection-retention.testsuite.ts'
export { testProjectionSharing } from './projection-sharing.testsuite.ts'
