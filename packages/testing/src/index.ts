export { callsOverMemory } from './calls-over-memory.ts'
export { eventually, type EventuallyOptions } from './eventually.ts'
export { type FaultPlan, faultPlan } from './fault-plan.ts'
export { acknowledgedSurvive, type AcknowledgedSurviveOptions } from './history/acknowledged-survive.ts'
export { checkHistory } from './history/check-history.ts'
export { type HistoryRecorder, historyRecorder, type HistoryRequest } from './history/history-recorder.ts'
export type { History, HistoryCheck, HistoryEntry, Observation, Outcome, Violation } from './history/history.ts'
export { neverBelow, type NeverBelowOptions } from './history/never-below.ts'
export { nothingFromNowhere, type NothingFromNowhereOptions } from './history/nothing-from-nowhere.ts'
export { oneEffectPerKey } from './history/one-effect-per-key.ts'
export {
  byTransitions,
  byVersion,
  monotonicReads,
  type MonotonicReadsOptions,
  readsOwnWrites,
  type ReadsOwnWritesOptions,
  type Sight,
} from './history/reads.ts'
export { sameKeySameAnswer, type SameKeySameAnswerOptions } from './history/same-key-same-answer.ts'
export { readSql } from './read-sql.ts'
export {
  crashSchedules,
  type CrashSchedulesOptions,
  type CrashSchedulesReport,
  ScheduleFailure,
  shrunkFailure,
} from './simulator/crash-schedules.ts'
export { type Scenario, type ScheduleRun, type ScheduleRunner, scheduleRunner } from './simulator/run-schedule.ts'
export type { Fault, RateRange } from './simulator/schedule.ts'
export type { SimulatedClientOptions } from './simulator/simulated-client.ts'
export { durationMs, type Weather } from './simulator/weather.ts'
export type { World } from './simulator/world.ts'
export { type TemporaryDirectory, temporaryDirectory } from './temporary-directory.ts'
export type { LogTaker } from './test-log.ts'
export { type TestPlatform, type TestPlatformOptions, testPlatform } from './test-platform.ts'
export { type VirtualClock, virtualClock } from './virtual-clock.ts'
export { withResources } from './with-resources.ts'
