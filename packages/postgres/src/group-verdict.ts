import { type BackoffPolicy, BanyanError } from 'banyan/kernel'
import type { ConnectionTarget } from './connection-target.ts'
import type { GroupMember } from './group-member.ts'
import {
  connectionLost,
  isConflict,
  isConnectionLoss,
  isLockTimeout,
  isStaleStatement,
  outcomeUnknown,
  toStatementError,
} from './sql-failure.ts'

/** Why a group did not commit. */
export interface GroupFailure {
  readonly error: unknown
  /** Whether COMMIT may have reached the server. */
  readonly commitSent: boolean
}

/** What becomes of the members of a lost group; those that are in none of these were told an error. */
export interface GroupVerdict {
  /** To be run again, first of all. */
  readonly again: readonly GroupMember[]
  /** Waited too long for a lock; to be run again beside the others. */
  readonly stuck: GroupMember | undefined
  /** Whether the database refused the order of events, so that smaller groups and a pause can help. */
  readonly conflict: boolean
}

/** Runs of a body in all, whatever the database refused. */
const RUNS_MAX = 12
/** Runs after which a member gets a group of its own. */
const RUNS_TOGETHER = 2
/** Runs that may be lost with their connection before COMMIT; then it is for the caller to wait. */
const LOSSES_MAX = 2
/** Conflicting groups last some milliseconds. */
export const CONFLICT_BACKOFF: BackoffPolicy = { firstMs: 2, maxMs: 200 }

/** Decides what becomes of the members of a group that was not committed, or may not have been. Tells those that are not run again. */
export function judge(failure: GroupFailure, members: readonly GroupMember[], target: ConnectionTarget): GroupVerdict {
  const { error } = failure
  if (failure.commitSent && isConnectionLoss(error)) return judgeUnknown(error, members, target)
  if (members.length === 1 && !worthRepeating(error)) {
    members[0]?.fail(toStatementError(error, target))
    return { again: [], stuck: undefined, conflict: false }
  }
  const stuck = isLockTimeout(error) ? members.at(-1) : undefined
  const remaining = members.filter((member) => mayRunAgain(member, error, target))
  return {
    again: remaining.filter((member) => member !== stuck),
    stuck: remaining.find((member) => member === stuck),
    conflict: isConflict(error),
  }
}

/** COMMIT was sent and not answered: only who had failed anyway may run again, because whatever it saw may never have been committed. */
function judgeUnknown(error: unknown, members: readonly GroupMember[], target: ConnectionTarget): GroupVerdict {
  for (const member of members) if (!member.failed) member.fail(outcomeUnknown(error, target))
  const again = members.filter((member) => member.failed && mayRunAgain(member, error, target))
  return { again, stuck: undefined, conflict: false }
}

/** Counts the lost run; tells a member that has had enough of them. */
function mayRunAgain(member: GroupMember, error: unknown, target: ConnectionTarget): boolean {
  const loss = isConnectionLoss(error)
  member.runs++
  if (loss) member.losses++
  // An error that is neither could be anyone's: alone, the culprit shows.
  member.alone = member.runs > RUNS_TOGETHER || !(loss || isConflict(error))
  if (member.losses > LOSSES_MAX) member.fail(connectionLost(error, target))
  else if (member.runs >= RUNS_MAX) member.fail(refusedError(member.runs, toStatementError(error, target)))
  else return true
  return false
}

/** Whether the database may decide otherwise the next time. */
function worthRepeating(error: unknown): boolean {
  return isConflict(error) || isLockTimeout(error) || isStaleStatement(error) || isConnectionLoss(error)
}

function refusedError(runs: number, cause: unknown): BanyanError {
  const why = 'because others changed what it read, or held what it needed'
  const advice = 'nothing was changed; try again, or let fewer transactions work on the same rows'
  return new BanyanError('unavailable', `PostgreSQL refused the transaction ${runs} times ${why}; ${advice}`, { cause })
}
