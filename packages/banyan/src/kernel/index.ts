export { backoffDelayMs, type BackoffPolicy } from './backoff.ts'
export { ByteBudget, createMemoryBudgets, type MemoryBudgets } from './byte-budget.ts'
export { type CancelTimer, type Clock, sleep, systemClock } from './clock.ts'
export { type Deadline, deadlineAfter, remainingMs, within } from './deadline.ts'
export { type Duration, durationMs } from './duration.ts'
export {
  BanyanError,
  type BanyanErrorOptions,
  ERROR_CODES,
  type ErrorCode,
  type FieldError,
  isErrorCode,
  misuse,
  type Retry,
  reworded,
  shownInLog,
  toBanyanError,
  unreachable,
} from './error.ts'
export { type Faults, noFaults } from './faults.ts'
export { isRecord, type Loose, onlyOptions, onlyParts, partsOf, shownValue } from './form.ts'
export { createClockWatch } from './clock-watch.ts'
export { createIds, type Ids } from './ids.ts'
export { type Json, plainJson, toJson } from './json.ts'
export { isLoopbackHost } from './loopback.ts'
export { type LogFields, type Logger, type LogLevel, silentLogger } from './logger.ts'
export { domainOf, foldCase, localOf, type Mailbox, mailboxOf } from './mailbox.ts'
export { type MillisecondBounds, millisecondSetting } from './millisecond-setting.ts'
export { addMoney, allocateMinor, currencyExponent, formatMoney, type Money } from './money.ts'
export { assertName, isTakenName, NAME_LENGTH_MAX, type NameForm, NAMES } from './name.ts'
export { closest, nearest } from './nearest.ts'
export { assertPathId } from './path-id.ts'
export { pointerSegment } from './plain-json.ts'
export { PROBLEM_TYPE, type ProblemContext, problemDocument, publicError, retryAfterSeconds } from './problem.ts'
export { type Random, seededRandom, systemRandom } from './random.ts'
export { assertStorable, isStorable, storableText, unstorable } from './storable.ts'
export { type CollectorPauses, noCollectorPauses, systemCollectorPauses } from './collector-pauses.ts'
export { type HeldBy, WorkLog, type WorkSeen } from './work-log.ts'
export { type IfSendable, type NotSendable, type Sendable } from './sendable.ts'
export { isToldElsewhere, toldElsewhere } from './told-error.ts'
export { createRuntime, LEASE_MS, type Runtime, type RuntimeOptions } from './runtime.ts'
