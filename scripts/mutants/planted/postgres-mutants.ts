import type { Mutant } from '../mutant.ts'

const POSTGRES = 'packages/postgres/src'

/** Mistakes that only a server with many writers shows. */
export const POSTGRES_MUTANTS: readonly Mutant[] = [
  {
    name: 'naive-cursor',
    mistake:
      'the numbers that PostgreSQL draws are taken for positions, though they become visible in another order: a reader passes rows over',
    promises: ['P3', 'P5'],
    file: `${POSTGRES}/outbox.ts`,
    find: 'SET position = s.position + p.rank FROM',
    replace: 'SET position = o.number FROM',
    caughtBy: { file: `${POSTGRES}/event-order.postgres.ts`, test: '20 writers, half of which lock another row first' },
  },
  {
    name: 'numbers-without-key-lock',
    mistake:
      'an event draws its number before its transaction holds its key, so events of a key are numbered in another order than they commit',
    promises: ['P5'],
    file: `${POSTGRES}/outbox.ts`,
    find: 'SELECT pg_advisory_xact_lock($1::int, $2::int)',
    replace: 'SELECT $1::int, $2::int',
    caughtBy: { file: `${POSTGRES}/event-order.postgres.ts`, test: 'transactions of one key that touch no common row wait' },
  },
  {
    name: 'answer-before-commit-postgres',
    mistake: 'transactions on PostgreSQL are answered before the COMMIT of their group',
    promises: ['P4'],
    file: `${POSTGRES}/group-writer.ts`,
    find: 'const failure = await tryToCommit(line, members, schemaHash)',
    replace: 'for (const member of members) member.settle(runtime.log)\n      const failure = await tryToCommit(line, members, schemaHash)',
    caughtBy: { file: `${POSTGRES}/lost-connection.postgres.ts`, test: 'a line cut while COMMIT is under way' },
  },
  {
    name: 'commit-before-checks',
    mistake:
      'a group commits while what its transactions left for before the commit, such as whether they still own a saga, is not answered',
    promises: ['P1', 'P14'],
    file: `${POSTGRES}/group-writer.ts`,
    find: 'const open = members.filter((member) => member.open)',
    replace: 'const open: GroupMember[] = []',
    caughtBy: { file: `${POSTGRES}/conformance.postgres.ts`, test: 'S3 work left for before the commit that throws' },
  },
  {
    name: 'failed-member-committed',
    mistake: 'a body that fails in a group without savepoints is left in it, and what it did commits with the others',
    promises: ['P1'],
    file: `${POSTGRES}/group-member.ts`,
    find: "else return 'again'",
    replace: 'else return outcome',
    caughtBy: { file: `${POSTGRES}/conformance.postgres.ts`, test: 'S3 bodies that throw do not disturb' },
  },
  {
    name: 'lost-write-unnoticed',
    mistake: 'the error of a write that nobody waits for is dropped: the transaction is told something else, or tried again for nothing',
    promises: ['P1'],
    file: `${POSTGRES}/body-run.ts`,
    find: 'catch((error: unknown) => this.#failed(error, query))',
    replace: 'catch(() => {})',
    caughtBy: { file: `${POSTGRES}/conformance.postgres.ts`, test: 'S3 a write that nobody waits for' },
  },
  {
    name: 'retry-after-lost-commit',
    mistake: 'a transaction whose COMMIT was not answered is run again, though it may have happened',
    promises: ['P2'],
    file: `${POSTGRES}/group-writer.ts`,
    find: 'return { error: failureOf(members) ?? error, commitSent: true }',
    replace: 'return { error: failureOf(members) ?? error, commitSent: false }',
    caughtBy: { file: `${POSTGRES}/lost-connection.postgres.ts`, test: 'a line cut while COMMIT is under way' },
  },
  {
    name: 'read-committed',
    mistake: 'transactions of two processes read, think and write without noticing each other',
    promises: ['decision 3'],
    file: `${POSTGRES}/commands.ts`,
    find: 'BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE',
    replace: 'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE',
    caughtBy: { file: `${POSTGRES}/conflicts.postgres.ts`, test: 'read, think, write from two processes at once' },
  },
  {
    name: 'positions-without-polling',
    mistake: 'events get their positions only when their own process says so: those of one that died stay invisible',
    promises: ['P3'],
    file: `${POSTGRES}/sequencer.ts`,
    find: 'this.#cancelPoll = clock.setTimer(delayMs, () => this.#run(false))',
    replace: 'if (failed) this.#cancelPoll = clock.setTimer(delayMs, () => this.#run(false))',
    caughtBy: { file: `${POSTGRES}/lost-connection.postgres.ts`, test: 'events of a process that died between its commit and its kick' },
    isLiveness: true,
  },
  {
    name: 'unsafe-server-accepted',
    mistake: 'a PostgreSQL that answers before its log is on disk is used without a word',
    promises: ['P4', 'law 10'],
    file: `${POSTGRES}/server-check.ts`,
    find: 'if (allowUnsafe) return',
    replace: 'if (unsafe.length > 0) return',
    caughtBy: { file: `${POSTGRES}/open.postgres.ts`, test: 'a server that would lose commits is refused' },
  },
]
