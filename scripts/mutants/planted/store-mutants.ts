import type { Mutant } from '../mutant.ts'

const SQLITE = 'packages/banyan/src/store/sqlite'
const SQL = 'packages/banyan/src/store/sql'
const SUITE = `${SQLITE}/sqlite.test.ts`
const TIMER_TEST = 'packages/banyan/src/service/reaction/fire-timer.test.ts'

/** Mistakes in what commits together, and when the world hears of it. */
export const STORE_MUTANTS: readonly Mutant[] = [
  {
    name: 'answer-before-commit',
    mistake: 'a transaction is answered as soon as its body has run, before the commit that holds it',
    promises: ['P4'],
    file: `${SQLITE}/group-commit.ts`,
    find: "    job.state = 'written'\n    job.value = value\n",
    replace: "    job.state = 'written'\n    job.value = value\n    job.resolve({ value: value as never, token: undefined })\n",
    caughtBy: { file: `${SQLITE}/sqlite-store.test.ts`, test: 'a commit that fails rejects its whole batch' },
  },
  {
    name: 'event-before-commit',
    mistake: 'events are handed to readers before the transaction that emitted them is durable',
    promises: ['P4'],
    file: `${SQLITE}/group-commit.ts`,
    find: '      runtime.faults.at(this.#points.beforeCommit)\n',
    replace:
      '      for (const { events } of this.#batch) if (events) this.#parts.feed.append(events)\n      runtime.faults.at(this.#points.beforeCommit)\n',
    caughtBy: { file: `${SQLITE}/sqlite-store.test.ts`, test: 'a commit that fails rejects its whole batch' },
  },
  {
    name: 'snapshot-outlives-commit',
    mistake: 'reads go on with a snapshot from before a commit that their caller knows of',
    promises: ['P1'],
    file: `${SQLITE}/snapshot-queue.ts`,
    find: '    if (this.#current === undefined) this.#leave()\n    else',
    replace: '    if (this.#current !== undefined)',
    caughtBy: { file: `${SQLITE}/snapshot-queue.test.ts`, test: 'a read sees what was committed before it began' },
  },
  {
    name: 'reads-hold-the-loop',
    mistake: 'reads that are asked for while others have held the turn for long begin in it too, however many they are',
    promises: ['law 6'],
    file: `${SQLITE}/snapshot-queue.ts`,
    find: 'this.#current === undefined && this.#heldMs < READS_MS_PER_TURN',
    replace: 'this.#current === undefined',
    caughtBy: { file: `${SQLITE}/snapshot-queue.test.ts`, test: 'reads that held their turn for long let the loop go round' },
  },
  {
    name: 'retry-after-failed-sync',
    mistake: 'a write or sync that failed is tried again, as if the disk still held what it was given',
    promises: ['P4'],
    file: `${SQLITE}/sqlite-error.ts`,
    find: "return fail('fatal', 'unavailable'",
    replace: "return fail('batch', 'unavailable'",
    caughtBy: { file: `${SQLITE}/sqlite-store.test.ts`, test: 'a sync that failed is not tried again' },
  },
  {
    name: 'partial-writes-committed',
    mistake: "a handler's error is caught inside its transaction, which commits what was written before it",
    promises: ['P1'],
    file: 'packages/banyan/src/service/handler/handler-context.ts',
    find: `      const value = await refusingCalls(service.name, async () => body(tx as never))
      await (last ? work.after?.(store, value) : work.atCheckpoint?.(store))
      return value
    })
`,
    replace: `      const caught = (error: unknown) => ({ failedWith: error })
      const value = await refusingCalls(service.name, async () => body(tx as never)).catch(caught)
      if (!value?.failedWith) await (last ? work.after?.(store, value) : work.atCheckpoint?.(store))
      return value
    }).then((done) => {
      if (done.value?.failedWith) throw done.value.failedWith
      return done
    })
`,
    caughtBy: {
      file: 'packages/banyan/src/service/operation/operation-runner.test.ts',
      test: 'a declared error rolls back what was written',
    },
  },
  {
    name: 'failed-body-undoes-nothing',
    mistake: 'of transactions that share a commit, one that fails leaves its writes to the others',
    promises: ['P1'],
    file: `${SQLITE}/group-commit.ts`,
    find: 'connection.rollbackToSavepoint()',
    replace: 'connection.release()',
    caughtBy: { file: SUITE, test: 'S3 bodies that throw do not disturb' },
  },
  {
    name: 'failed-body-stays-in-batch',
    mistake: 'a batch without savepoints in which a body failed is committed instead of run again',
    promises: ['P1'],
    file: `${SQLITE}/group-commit.ts`,
    find: 'if (this.#batch.length > 1 && !this.#hasSavepoints) return this.#runAgain()',
    replace: '',
    caughtBy: { file: SUITE, test: 'S3 bodies that throw do not disturb' },
  },
  {
    name: 'answer-stored-outside',
    mistake: 'the answer for an idempotency key is stored in a second transaction, after that of the handler',
    promises: ['P15'],
    file: 'packages/banyan/src/service/operation/keyed-runner.ts',
    find: 'tx.beforeCommit(() => save(tx, entry))',
    replace: 'void store.transaction((own) => save(own, entry))',
    caughtBy: {
      file: 'packages/banyan/src/service/operation/operation-runner.test.ts',
      test: 'a key runs a command once and repeats its answer',
    },
  },
  {
    name: 'other-body-accepted',
    mistake: 'an idempotency key that was used with another body gets the answer of the first',
    promises: ['P15'],
    file: 'packages/banyan/src/service/operation/keyed-runner.ts',
    find: 'if (earlier.fingerprint !== print) throw mismatch()',
    replace: '',
    caughtBy: { file: 'packages/banyan/src/service/operation/operation-runner.test.ts', test: 'a key used for another request is refused' },
  },
  {
    name: 'timer-acknowledged-first',
    mistake: 'a timer is removed when it is picked up, before the transaction of its effect',
    promises: ['P11'],
    file: 'packages/banyan/src/service/reaction/fire-timer.ts',
    find: "      if (!(await tx.timers.cancel(timer.id))) throw new BanyanError('fenced', `timer ${timer.id} has fired elsewhere`)\n    },\n  }\n",
    replace: '    },\n  }\n  await service.store.transaction((tx) => tx.timers.cancel(timer.id))\n',
    caughtBy: { file: TIMER_TEST, test: 'a timer whose process dies before its effect is durable stays due' },
  },
  {
    name: 'timer-effect-not-guarded',
    mistake: "a timer is removed after its handler's transaction, in one of its own, so a crash between them repeats the effect",
    promises: ['P11'],
    file: 'packages/banyan/src/service/reaction/fire-timer.ts',
    find: "if (!(await tx.timers.cancel(timer.id))) throw new BanyanError('fenced', `timer ${timer.id} has fired elsewhere`)",
    replace: 'tx.afterCommit(() => void service.store.transaction((later) => later.timers.cancel(timer.id)))',
    caughtBy: { file: TIMER_TEST, test: 'a timer goes with the transaction of its effect' },
  },
  {
    name: 'timer-fired-by-an-old-list',
    mistake: 'a timer that ended while the due ones were read is fired once more by what was read before',
    promises: ['P11'],
    file: 'packages/banyan/src/service/reaction/timer-pump.ts',
    find: 'due.filter(({ id }) => !before.has(id))',
    replace: 'due.filter(({ id }) => !running.has(id))',
    caughtBy: { file: 'packages/banyan/src/service/reaction/timer-pump.test.ts' },
  },
  {
    name: 'timer-early',
    mistake: 'a timer counts as due when the next second would make it so',
    promises: ['P11'],
    file: `${SQL}/timer-records.ts`,
    find: 'WHERE due_at <= ? ORDER BY due_at, id LIMIT ?',
    replace: 'WHERE due_at <= ? + 1000 ORDER BY due_at, id LIMIT ?',
    caughtBy: { file: SUITE, test: 'timers: a timer is due from its time on, never before' },
  },
  {
    name: 'commit-not-synced',
    mistake: 'a commit is answered while it is only in the memory of the operating system',
    promises: ['P4'],
    file: `${SQLITE}/open-database.ts`,
    find: 'PRAGMA synchronous = FULL;',
    replace: 'PRAGMA synchronous = NORMAL;',
    caughtBy: { file: `${SQLITE}/sqlite-stores.test.ts`, test: 'every commit is synced' },
  },
  {
    name: 'two-owners',
    mistake: 'a second process may open a store that belongs to one',
    promises: ['P14', 'law 10'],
    file: `${SQLITE}/owner-lock.ts`,
    find: "database.exec('BEGIN EXCLUSIVE')",
    replace: "database.exec('BEGIN')",
    caughtBy: { file: SUITE, test: 'S10 a second opener is refused while the first is open' },
  },
  {
    name: 'key-in-flight-runs-again',
    mistake: 'a request whose key is being worked on runs its handler a second time',
    promises: ['P15'],
    file: 'packages/banyan/src/service/operation/keyed-runner.ts',
    find: '    inFlight.set(key, { print: call.print, done })\n',
    replace: '',
    caughtBy: {
      file: 'packages/banyan/src/service/operation/operation-runner.test.ts',
      test: 'requests with one key at the same time run once',
    },
  },
  {
    name: 'replay-without-permit',
    mistake: 'a kept answer is repeated without asking whether the caller may still have it',
    promises: ['P15'],
    file: 'packages/banyan/src/service/operation/keyed-runner.ts',
    find: '  permitAgain(definition, work.scope.principal, earlier.permits)\n',
    replace: '',
    caughtBy: {
      file: 'packages/banyan/src/service/operation/operation-runner.test.ts',
      test: 'an answer kept for what 1 asks is not repeated to whoever may not ask for it any more',
    },
  },
  {
    name: 'permits-of-failures-forgotten',
    mistake: 'a declared error is kept without whom its handler let pass, so that it tells everybody the state of a thing',
    promises: ['P15'],
    file: 'packages/banyan/src/service/operation/keyed-runner.ts',
    find: "{ state: 'failed', reply: failedReply(error), permits }",
    replace: "{ state: 'failed', reply: failedReply(error), permits: [] }",
    caughtBy: {
      file: 'packages/banyan/src/service/operation/operation-runner.test.ts',
      test: 'an answer kept for what 101 asks is not repeated to whoever may not ask for it any more',
    },
  },
  {
    name: 'audit-holds-the-loop',
    mistake: 'an audit reads in the process that serves the customers',
    promises: ['law 6'],
    file: 'packages/banyan/src/service/operation/audit-runner.ts',
    find: 'store.readApart(async ({ database }) => handler(parsed, repository(database)), { timeoutMs })',
    replace: 'store.read(async ({ database }) => handler(parsed, repository(database)))',
    caughtBy: { file: 'packages/banyan/src/host/audit.integration.ts', test: 'customers are served while an audit reads' },
  },
  {
    name: 'audit-for-any-service',
    mistake: 'a service may ask the audit queries of another, and so read all its books',
    promises: ['law 1'],
    file: 'packages/banyan/src/service/operation/audit-runner.ts',
    find: 'if (scope.principal.kind !== PLATFORM.kind || scope.principal.subject !== PLATFORM.subject)',
    replace: 'if (scope.principal.kind !== PLATFORM.kind)',
    caughtBy: { file: 'packages/banyan/src/host/audit.integration.ts', test: 'is for the platform alone' },
  },
  {
    name: 'audit-tells-undeclared',
    mistake: 'the answer of an audit query is handed over as it is: what its contract does not declare leaves the service',
    promises: ['law 2'],
    file: 'packages/banyan/src/service/operation/audit-runner.ts',
    find: '{ output: answer.own(found, `the answer of ${label}`) }',
    replace: '{ output: (answer, found) }',
    caughtBy: {
      file: 'packages/banyan/src/host/audit.integration.ts',
      test: 'answers the same of a running platform and of the data of a stopped one',
    },
  },
  {
    name: 'hold-without-a-name',
    mistake: 'a loop that was held is told of without the statement that held it',
    promises: ['law 6'],
    file: 'packages/banyan/src/kernel/work-log.ts',
    find: 'this.#longest = { what: what(), durationMs }',
    replace: 'this.#longest = undefined',
    caughtBy: { file: 'packages/banyan/src/telemetry/loop-watch.test.ts', test: 'a loop that was held for more than 200 ms is logged' },
  },
  {
    name: 'upgrade-adapter-by-adapter',
    mistake:
      'stores that are chosen by service are upgraded one adapter after the other: a failure in the last leaves the first ones newer',
    promises: ['decision 35'],
    file: 'packages/banyan/src/store/stores-by-service.ts',
    find: '    await first.factory.upgrade?.(first.stores, inner)',
    replace: '    await first.factory.upgrade?.(first.stores)\n    await inner()',
    caughtBy: {
      file: 'packages/banyan/src/store/stores-by-service.test.ts',
      test: 'S10 a migration that fails in one adapter changes nothing in another',
    },
  },
  {
    name: 'store-of-a-service-ignored',
    mistake: 'a service is kept where all others are, whatever was chosen for it',
    promises: ['law 10'],
    file: 'packages/banyan/src/store/stores-by-service.ts',
    find: 'Object.hasOwn(of, service) ? (of[service] as StoreFactory) : byDefault',
    replace: 'Object.hasOwn(of, service) ? byDefault : byDefault',
    caughtBy: {
      file: 'packages/banyan/src/store/stores-by-service.test.ts',
      test: 'each service is offered, upgraded and opened by its own',
    },
  },
  {
    name: 'store-of-a-misspelt-service',
    mistake: 'a variable for the store of a service that there is not is taken in silence',
    promises: ['law 10'],
    file: 'packages/cli/src/service-stores.ts',
    find: 'services.map((service) => name.replace(SERVICE, endingOf(service)))',
    replace: "[...services, 'inventroy'].map((service) => name.replace(SERVICE, endingOf(service)))",
    caughtBy: { file: 'packages/cli/src/unknown-settings.test.ts', test: 'knows the store of each service of the platform' },
  },
  {
    name: 'upgrade-service-by-service',
    mistake: 'the migrations of one service are committed before those of the next have run',
    promises: ['P1'],
    file: `${SQLITE}/upgrade.ts`,
    find: '  await applyMigrations(migrationTarget(connection), pending, store.runtime.clock.now())\n',
    replace:
      '  await applyMigrations(migrationTarget(connection), pending, store.runtime.clock.now())\n  connection.commit()\n  connection.begin()\n',
    caughtBy: { file: SUITE, test: 'S10 a migration that fails in one service changes nothing in any' },
  },
  {
    name: 'commits-not-put-back',
    mistake: 'when a commit of an upgrade fails, services that were committed before it stay upgraded',
    promises: ['P1'],
    file: `${SQLITE}/upgrade.ts`,
    find: '      putBack(committed, service, thrown)\n',
    replace: '',
    caughtBy: { file: SUITE, test: 'S10 a commit that fails leaves no service upgraded' },
  },
]
