import { backoffDelayMs, BanyanError, deadlineAfter, remainingMs, type Runtime, sleep } from 'banyan/kernel'
import type { Commit, StoreTransaction, TransactionOptions, Sql } from 'banyan/store'
import type { BodyContext } from './body-run.ts'
import { ALONE, BEGIN, BESIDE } from './commands.ts'
import { GroupExtent, MEMBERS_MAX } from './group-extent.ts'
import { GroupMember, type MemberOutcome } from './group-member.ts'
import { CONFLICT_BACKOFF, type GroupFailure, judge } from './group-verdict.ts'
import { eventNumbers, outboxParts } from './outbox.ts'
import { type SessionPool, silentError } from './session-pool.ts'
import { TransactionLine } from './transaction-line.ts'

/** What a writer is made with. */
export interface GroupWriterOptions {
  readonly pool: SessionPool
  readonly context: BodyContext
  readonly runtime: Runtime
  /** Groups that run side by side. */
  readonly writers: number
  /** Hash of the schema, for advisory locks. */
  readonly schemaHash: number
  /** Called after a commit with events. */
  readonly committedEvents: () => void
}

/** Whole time of a transaction with its waits and runs; clients give up sooner. */
const TRANSACTION_MS_MAX = 30_000
/** Most transactions that wait; at a thousand a second more would wait in vain. */
const WAITING_MAX = 20_000
/** A savepoint is two statements and a transaction of its own to the server. After a body failed, this many groups have them. */
const GUARDED_GROUPS = 30
/** Transactions at once that waited too long for a lock before. */
const ASIDE_MAX = 2

/** Runs after which a transaction is given one while no other process has any, so that it ends. */
const RUNS_BESIDE = 4
const BEGIN_BESIDE = [BEGIN, BESIDE]
const BEGIN_ALONE = [BEGIN, ALONE]

/** Transactions that wait for their turn, and how many groups of them may run at once. */
interface Lane {
  waiting: GroupMember[]
  running: number
  readonly runningMax: number
}

/**
 * Runs transactions in groups: one after another on one connection, with one COMMIT for all that came while the last one ran. Where bodies
 * seldom fail they have no savepoints; then a failure undoes the group, and all of it runs again with savepoints, as the port allows (S4).
 * So transactions of this process never conflict with each other and share the flush to disk; PostgreSQL's own check
 * (SERIALIZABLE) is needed only against other processes. Side by side, transactions that look for a new key and insert it would refuse
 * each other two times of three, because PostgreSQL checks whole pages of an index.
 *
 * - I1 Nobody is answered before the COMMIT of its group, not even a body that failed: it may have failed because of what is not yet durable.
 * - I2 A group that is lost before COMMIT was sent had no effect; its members run again, in smaller groups when it was a conflict.
 * - I3 Whoever was in a group whose COMMIT was not answered is told `outcome_unknown`, and is not run again.
 * - I4 Who was lost several times runs while no other group does, in any process: it ends.
 * - I5 Who waited too long for a lock of another process waits for it beside the others, not before them.
 * - I6 A group ends when it has taken long or holds much, see {@link GroupExtent}: its first member waits for its COMMIT, and the loop for its events.
 */
export class GroupWriter {
  readonly #options: GroupWriterOptions
  readonly #main: Lane
  readonly #aside: Lane = { waiting: [], running: 0, runningMax: ASIDE_MAX }
  /** Groups that still get savepoints. */
  #guarded = 0
  /** Members of the next group; shrinks when groups conflict with other processes. */
  #membersMax = MEMBERS_MAX

  constructor(options: GroupWriterOptions) {
    this.#options = options
    this.#main = { waiting: [], running: 0, runningMax: options.writers }
  }

  transaction<T>(body: (tx: StoreTransaction<Sql>) => Promise<T>, { urgent = false }: TransactionOptions = {}): Promise<Commit<T>> {
    const { runtime, context } = this.#options
    runtime.faults.at(`store.${context.service}.before-begin`)
    if (this.#main.waiting.length >= WAITING_MAX && !urgent) return Promise.reject(overloadedError())
    return new Promise((resolve, reject) => {
      const deadline = deadlineAfter(runtime.clock, TRANSACTION_MS_MAX)
      const member = new GroupMember<T>(context, { body, deadline, resolve, reject }) as GroupMember
      this.#enter(this.#main, member, urgent)
    })
  }

  #enter(lane: Lane, member: GroupMember, first = false): void {
    if (first) lane.waiting.unshift(member)
    else lane.waiting.push(member)
    if (lane.running < lane.runningMax) void this.#work(lane)
  }
  async #work(lane: Lane): Promise<void> {
    lane.running++
    try {
      while (lane.waiting.length > 0) await this.#group(lane)
    } finally {
      lane.running--
    }
  }

  /** Takes a connection and runs one group on it. Never rejects. */
  async #group(lane: Lane): Promise<void> {
    const { pool } = this.#options
    const session = await pool.acquire().catch((error: unknown) => failAll(lane, error))
    if (session === undefined) return
    const line = new TransactionLine(session, (lane.waiting[0]?.runs ?? 0) < RUNS_BESIDE ? BEGIN_BESIDE : BEGIN_ALONE)
    const members: GroupMember[] = []
    try {
      const failure = (await this.#runMembers(lane, line, members)) ?? (await this.#commit(line, members))
      if (failure === undefined) return pool.release(session)
      for (const member of members) member.end()
      void line.abandon().then(() => pool.release(session))
      await this.#runAgain(lane, failure, members)
    } catch (error) {
      for (const member of members) member.end()
      void line.abandon().then(() => pool.release(session))
      for (const member of members) member.fail(error)
    }
  }

  #tooLate(): BanyanError {
    const { pool, context, runtime } = this.#options
    if (pool.isSilentSince(runtime.clock.monotonic() - TRANSACTION_MS_MAX / 2)) return silentError(context.target)
    return new BanyanError(
      'overloaded',
      `the transaction waited ${TRANSACTION_MS_MAX} ms for its turn; nothing was changed, try again later`,
    )
  }

  /** Runs who waits until the group is full or lost, a second time with savepoints when one of them failed. */
  async #runMembers(lane: Lane, line: TransactionLine, members: GroupMember[]): Promise<GroupFailure | undefined> {
    for (;;) {
      const outcome = await this.#runOnce(lane, line, members)
      if (outcome !== 'again') return outcome
      this.#guarded = GUARDED_GROUPS
      for (const member of members) member.end()
      line.restart()
      lane.waiting = [...members.splice(0), ...lane.waiting]
    }
  }

  /** Runs who waits, one after another, until the group is full, lost or to be run again; then it can commit. */
  async #runOnce(lane: Lane, line: TransactionLine, members: GroupMember[]): Promise<'again' | GroupFailure | undefined> {
    const guarded = this.#guarded > 0
    if (guarded) this.#guarded--
    const { clock, faults } = this.#options.runtime
    const extent = new GroupExtent(clock, this.#membersMax)
    for (let next = lane.waiting[0]; next !== undefined && !extent.isFull; next = lane.waiting[0]) {
      if (next.alone && members.length > 0) break
      lane.waiting.shift()
      if (remainingMs(clock, next.deadline) <= 0) {
        next.fail(this.#tooLate())
        continue
      }
      // an earlier one that is open may yet put statements on an empty line; they must not be undone with this one's
      const first = line.empty && (guarded || !members.some((member) => member.open))
      members.push(next)
      const outcome = await next.run(line, guarded, first)
      if (endsGroup(outcome)) return ending(outcome, next)
      extent.add(next)
      faults.at(`store.${this.#options.context.service}.after-body`)
      if (next.alone) break
    }
    if (guarded) return undefined // nothing was left open
    const open = members.filter((member) => member.open)
    if (open.length > 0) line.hurry()
    for (const member of open) {
      const outcome = await member.conclude(line)
      if (endsGroup(outcome)) return ending(outcome, member)
    }
    return undefined
  }

  /** Commits a group and answers its members. */
  async #commit(line: TransactionLine, members: readonly GroupMember[]): Promise<GroupFailure | undefined> {
    const { runtime, context, schemaHash } = this.#options
    const emits = members.some(({ events }) => events.length > 0)
    if (line.empty && !emits) {
      await line.abandon()
    } else {
      runtime.faults.at(`store.${context.service}.before-commit`)
      const failure = await tryToCommit(line, members, schemaHash)
      if (failure !== undefined) return failure
      runtime.faults.at(`store.${context.service}.after-commit`)
    }
    this.#membersMax = Math.min(MEMBERS_MAX, this.#membersMax + 1)
    if (emits) this.#options.committedEvents()
    for (const member of members) member.settle(runtime.log)
    return undefined
  }

  /** Gives the members of a lost group another run where that can help. */
  async #runAgain(lane: Lane, failure: GroupFailure, members: readonly GroupMember[]): Promise<void> {
    const { clock, random } = this.#options.runtime
    const { again, stuck, conflict } = judge(failure, members, this.#options.context.target)
    lane.waiting = [...again, ...lane.waiting]
    if (stuck !== undefined) clock.setTimer(backoffDelayMs(CONFLICT_BACKOFF, stuck.runs, random), () => this.#enter(this.#aside, stuck))
    if (!conflict) return
    this.#membersMax = Math.max(1, this.#membersMax >> 1)
    if (again[0] !== undefined) await sleep(clock, backoffDelayMs(CONFLICT_BACKOFF, again[0].runs, random))
  }
}

/** No connection for one is no connection for all. */
function failAll(lane: Lane, error: unknown): undefined {
  for (const member of lane.waiting.splice(0)) member.fail(error)
}

function endsGroup(outcome: MemberOutcome): outcome is 'again' | 'lost' {
  return outcome === 'again' || outcome === 'lost'
}
function ending(outcome: 'again' | 'lost', { failure }: GroupMember): 'again' | GroupFailure {
  return outcome === 'again' ? outcome : { error: failure, commitSent: false }
}

async function tryToCommit(line: TransactionLine, members: readonly GroupMember[], schemaHash: number): Promise<GroupFailure | undefined> {
  if (line.session.dead) return { error: new Error('the connection was closed'), commitSent: false }
  try {
    const [, committed] = await Promise.all([writeEvents(line, members, schemaHash), line.commit()])
    if (committed) return undefined
    return { error: failureOf(members) ?? new BanyanError('internal', 'PostgreSQL rolled the transaction back'), commitSent: true }
  } catch (error) {
    return { error: failureOf(members) ?? error, commitSent: true }
  }
}

/** What a statement met that nobody waited for: all behind it only heard that the transaction had failed. */
function failureOf(members: readonly GroupMember[]): unknown {
  return members.find(({ failed, failure }) => !failed && failure !== undefined)?.failure
}

/** Writes all that the members emitted, in their order, and tells each the number of its last event. */
async function writeEvents(line: TransactionLine, members: readonly GroupMember[], schemaHash: number): Promise<void> {
  const [lock, insert] = outboxParts(
    members.flatMap(({ events }) => events),
    schemaHash,
  )
  if (lock === undefined || insert === undefined) return
  line.add(lock)
  const numbers = eventNumbers((await line.hold(insert)).rows)
  let count = 0
  for (const member of members) {
    count += member.events.length
    if (member.events.length > 0) member.lastNumber = numbers[count - 1] as number
  }
}

function overloadedError(): BanyanError {
  return new BanyanError('overloaded', `${WAITING_MAX} transactions wait already; nothing was changed, try again later`)
}
