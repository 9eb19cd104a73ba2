import type { Mutant } from '../mutant.ts'

const EVENTS = 'packages/banyan/src/events'
const SQL = 'packages/banyan/src/store/sql'
const SUITE = 'packages/banyan/src/store/sqlite/sqlite.test.ts'

/** Mistakes in handling events: once, in order, and what keeps failing set aside. */
export const EVENT_MUTANTS: readonly Mutant[] = [
  {
    name: 'cursor-at-what-was-read',
    mistake: 'the cursor is moved to what was read, not to what was handled',
    promises: ['P3'],
    file: `${EVENTS}/keyed-session.ts`,
    find: 'new CursorFold({ store, claim, watermark: () => this.#window.watermark })',
    replace: 'new CursorFold({ store, claim, watermark: () => this.#window.head })',
    caughtBy: { file: `${EVENTS}/consumer.integration.ts`, test: 'a stop amid a backlog, with a key that waits' },
  },
  {
    name: 'consumption-in-second-transaction',
    mistake: 'that an event is consumed is recorded in a second transaction, after that of its handler',
    promises: ['P1', 'P2'],
    file: `${EVENTS}/keyed-session.ts`,
    find: 'record: (tx, task) => this.#record(tx, task),',
    replace: 'record: async (_tx, task) => { void store.transaction((tx) => this.#record(tx, task)); return true },',
    caughtBy: { file: `${EVENTS}/consumer.integration.ts`, test: 'a handler that commits and then fails is not applied again' },
  },
  {
    name: 'projection-cursor-in-second-transaction',
    mistake: "a projection's cursor is moved in a second transaction, after the batch that it applied",
    promises: ['P1', 'P2'],
    file: 'packages/banyan/src/projection/batch-session.ts',
    find: 'guard?.(tx), tx.consumption.advance(consumer, source, position, epoch), cleared',
    replace:
      'guard?.(tx), tx.afterCommit(() => void store.transaction((later) => later.consumption.advance(consumer, source, position, epoch))), cleared',
    caughtBy: {
      file: 'packages/banyan/src/projection/projection-kill.integration.ts',
      test: 'a process killed while it fills a projection',
    },
  },
  {
    name: 'consumption-without-consumer',
    mistake: 'an event counts as consumed when any consumer consumed it',
    promises: ['P2', 'P3'],
    file: `${SQL}/consumption-records.ts`,
    find: "    const query = this.#sql.dialect === 'postgres' ? RECORD_LOCKED : RECORD\n",
    replace:
      "    const query = this.#sql.dialect === 'postgres' ? RECORD_LOCKED : RECORD\n    if (await this.#sql.get('SELECT 1 AS found FROM banyan_consumed WHERE source = ? AND position = ?', source, position)) return false\n",
    caughtBy: { file: SUITE, test: 'consumption: consumers and sources do not mix' },
  },
  {
    name: 'consumption-forgotten',
    mistake: 'an event that is delivered again after the cursor passed it counts as new',
    promises: ['P2'],
    file: `${SQL}/consumption-records.ts`,
    find: 'WHERE consumer = ? AND source = ? AND epoch = ? AND position < ?${lock}',
    replace: 'WHERE consumer = ? AND source = ? AND epoch = ? AND position <> -1 - ?${lock}',
    caughtBy: { file: SUITE, test: 'consumption: a redelivery after the cursor moved has no effect' },
  },
  {
    name: 'consumer-epoch-not-checked',
    mistake: 'an instance that was taken over may still record what it handled',
    promises: ['P14'],
    file: `${SQL}/consumption-records.ts`,
    find: 'WHERE consumer = ? AND source = ? AND epoch = ? AND position < ?${lock}',
    replace: 'WHERE consumer = ? AND source = ? AND epoch >= ? - 1 AND position < ?${lock}',
    caughtBy: { file: SUITE, test: 'consumption: after a take-over, attempts of the earlier epoch cannot commit' },
  },
  {
    name: 'key-order-not-kept',
    mistake: 'an event that has to be tried again lets later events of its key pass',
    promises: ['P5'],
    file: `${EVENTS}/keyed-executor.ts`,
    find: '    if (delayMs !== undefined) this.#wait(lane, delayMs)\n    else {\n      lane.items.shift()',
    replace:
      '    const [tried] = lane.items.splice(0, 1)\n    if (delayMs !== undefined) { lane.items.push(tried as T); this.#wait(lane, delayMs) }\n    else {',
    caughtBy: { file: `${EVENTS}/keyed-executor.test.ts`, test: 'keeps the order of a key and the limit of keys at once' },
  },
  {
    name: 'parked-key-overtaken',
    mistake: 'later events of a key are handled while an earlier one is parked',
    promises: ['P6'],
    file: `${EVENTS}/keyed-session.ts`,
    find: 'this.#parkedKeys.mayHave(task.event.key)',
    replace: 'false',
    caughtBy: { file: `${EVENTS}/parked.integration.ts`, test: 'a redrive replays a key in order, with what arrives meanwhile behind it' },
  },
  {
    name: 'parked-keys-forgotten',
    mistake: 'of very many parked keys only those that fit into memory hold their later events back',
    promises: ['P6'],
    file: `${EVENTS}/parked-keys.ts`,
    find: '!this.#isComplete || this.#keys.has(key)',
    replace: 'this.#keys.has(key)',
    caughtBy: { file: `${EVENTS}/parked.integration.ts`, test: 'also where more keys are parked than are kept in memory' },
  },
  {
    name: 'redrive-out-of-order',
    mistake: 'parked events are redriven newest first',
    promises: ['P6'],
    file: `${SQL}/parked-table.ts`,
    find: 'ORDER BY position, consumer, source LIMIT ?',
    replace: 'ORDER BY position DESC, consumer, source LIMIT ?',
    caughtBy: { file: `${EVENTS}/parked.integration.ts`, test: 'a redrive replays a key in order' },
  },
  {
    name: 'skip-not-recorded',
    mistake: 'an event is skipped without a record of who did it and why',
    promises: ['P6'],
    file: `${EVENTS}/parked-admin.ts`,
    find: "await tx.audit.append({ at: now, action: 'event.skip'",
    replace: "void ({ at: now, action: 'event.skip'",
    caughtBy: { file: `${EVENTS}/parked.integration.ts`, test: 'a skip drops the failed event only' },
  },
  {
    name: 'attempt-counted-after-running',
    mistake: 'an attempt is counted after the handler ran, so one that kills the process is never counted',
    promises: ['P6'],
    file: `${EVENTS}/keyed-session.ts`,
    find: '    if (this.#recovery.careful && (await this.#countCrash(task))) return this.#park(task, KILLED_THE_PROCESS)\n    const error = await runHandler(this.#handling, task)\n',
    replace:
      '    const error = await runHandler(this.#handling, task)\n    if (this.#recovery.careful && (await this.#countCrash(task))) return this.#park(task, KILLED_THE_PROCESS)\n',
    caughtBy: {
      file: `${EVENTS}/consumer-kill.integration.ts`,
      test: 'an event whose handler kills the process is parked after seven ends',
    },
  },
  {
    name: 'wake-up-without-polling',
    mistake: 'a reader relies on hints and never looks by itself, so an event whose hint is lost waits for the next one',
    promises: ['P3'],
    file: `${EVENTS}/feed-reader.ts`,
    find: 'const POLL_MS_MAX = 1_000',
    replace: 'const POLL_MS_MAX = 2 ** 31 - 1',
    caughtBy: { file: `${EVENTS}/feed-reader.test.ts`, test: 'a reader that never gets a hint looks by itself' },
  },
  {
    name: 'gap-skipped',
    mistake: 'a reader goes on behind a gap in what its source answers',
    promises: ['P3', 'P5'],
    file: `${EVENTS}/feed-reader.ts`,
    find: 'if (event.position === last + 1) following.push(event)\n      if (event.position > last + 1) break',
    replace: 'if (event.position > last) following.push(event)',
    caughtBy: { file: `${EVENTS}/consumer.integration.ts`, test: 'a gap in what the feed answers is never skipped' },
  },
]
