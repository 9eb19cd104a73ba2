import type { Mutant } from '../mutant.ts'

const SAGA = 'packages/banyan/src/saga'

/** Mistakes in sagas: what is durable when, what rolls back, who may go on. */
export const SAGA_MUTANTS: readonly Mutant[] = [
  {
    name: 'compensation-registered-after-action',
    mistake: "a step's start, and so its compensation, is recorded with its outcome instead of before its action",
    promises: ['P8'],
    file: `${SAGA}/step.ts`,
    find: '    this.#run.journal.intend(this.#record)\n    await this.#run.flush()\n',
    replace: '',
    caughtBy: { file: `${SAGA}/crash.integration.ts`, test: 'ends as it should after a crash at every point' },
  },
  {
    name: 'compensation-after-success-only',
    mistake: 'only steps that succeeded are compensated, not those whose outcome is unknown',
    promises: ['P7', 'P8'],
    file: `${SAGA}/rollback.ts`,
    find: "new Set(['started', 'done', 'unknown', 'compensation_failed'])",
    replace: "new Set(['done', 'compensation_failed'])",
    caughtBy: { file: `${SAGA}/step.test.ts`, test: 'an outcome that stays unknown is undone' },
  },
  {
    name: 'compensation-in-start-order',
    mistake: 'steps are compensated in the order of their start',
    promises: ['P8'],
    file: `${SAGA}/rollback.ts`,
    find: 'toSorted((a, b) => b.number - a.number)',
    replace: 'toSorted((a, b) => a.number - b.number)',
    caughtBy: { file: `${SAGA}/step.test.ts`, test: 'one that fails waits for the others before anything is undone' },
  },
  {
    name: 'forward-while-compensating',
    mistake: 'a step is tried again, or begun, while the saga rolls back',
    promises: ['P8'],
    file: `${SAGA}/run.ts`,
    find: `    return this.replaying || (this.phase === 'forward' && !this.draining && !this.#closing)
  }

  /** Whether an action may start now. Begins the rollback that is due between steps. */
  mayStart(): boolean {
    if (this.phase !== 'forward' || this.draining || this.#closing) return false
`,
    replace: `    return this.replaying || (!this.draining && !this.#closing)
  }

  mayStart(): boolean {
    if (this.draining || this.#closing) return false
`,
    caughtBy: { file: `${SAGA}/rollback.test.ts`, test: 'P8: no step starts or is tried again once the rollback began' },
  },
  {
    name: 'compensation-overtakes-action',
    mistake: 'a rollback does not wait for the actions that are under way',
    promises: ['P8'],
    file: `${SAGA}/rollback.ts`,
    find: '  await Promise.all([...run.attempts].map(({ finished }) => finished))\n',
    replace: '',
    caughtBy: { file: `${SAGA}/rollback.test.ts`, test: 'P8: an action that answers after the rollback began' },
  },
  {
    name: 'late-attempt-commits',
    mistake: 'an attempt that timed out may still commit when its handler goes on',
    promises: ['P8', 'P14'],
    file: `${SAGA}/attempt.ts`,
    find: 'if (!this.#live)\n',
    replace: 'if (false)\n',
    caughtBy: { file: `${SAGA}/step.test.ts`, test: 'a late transaction cannot commit either' },
  },
  {
    name: 'terminal-though-compensation-failed',
    mistake: 'a saga ends as compensated although one of its compensations failed for good',
    promises: ['P7', 'P9'],
    file: `${SAGA}/rollback.ts`,
    find: "  if (step.onCompensationFail === 'continue') return true\n  run.stop(",
    replace: '  return true\n  run.stop(',
    caughtBy: { file: `${SAGA}/rollback.test.ts`, test: 'P9: a compensation that fails for good leaves the saga stuck' },
  },
  {
    name: 'compensation-key-per-attempt',
    mistake: 'each attempt of a compensation has a key of its own, so that the participant cannot tell a repetition',
    promises: ['P8', 'P16'],
    file: `${SAGA}/rollback.ts`,
    find: 'key: `${run.id}:${record.name}:undo`',
    replace: 'key: `${run.id}:${record.name}:undo:${attempted.compensationAttempts}`',
    caughtBy: { file: `${SAGA}/rollback.test.ts`, test: 'P16: a compensation has the same key at every attempt' },
  },
  {
    name: 'step-key-per-attempt',
    mistake: 'each attempt of a step has a key of its own, so that a repeated request is a second one',
    promises: ['P16'],
    file: `${SAGA}/step.ts`,
    find: 'const key = `${this.#run.id}:${this.#record.name}`',
    replace: 'const key = `${this.#run.id}:${this.#record.name}:${this.#record.attempts}`',
    caughtBy: { file: `${SAGA}/step.test.ts`, test: 'the same over all attempts' },
  },
  {
    name: 'commit-point-not-durable',
    mistake: 'the commit point is only remembered in memory',
    promises: ['P10'],
    file: `${SAGA}/control.ts`,
    find: '  run.journal.change({ committed: true, updatedAt: run.now() })\n',
    replace: '',
    caughtBy: { file: `${SAGA}/commit-point.test.ts`, test: 'the commit point is durable even when nothing follows it' },
  },
  {
    name: 'rollback-after-commit-point',
    mistake: 'a rollback is accepted after the commit point',
    promises: ['P10'],
    file: `${SAGA}/requests.ts`,
    find: "if (committed || status === 'compensating'",
    replace: "if (status === 'compensating'",
    caughtBy: { file: `${SAGA}/commit-point.test.ts`, test: 'P10: a rollback is refused after the commit point' },
  },
  {
    name: 'steps-by-index',
    mistake: 'steps are identified by their place in the function instead of their name',
    promises: ['P13'],
    file: `${SAGA}/control.ts`,
    find: 'return runStep(run, name, step) as Promise<T>',
    replace: 'return runStep(run, `step ${[...run.asked.names()].length + 1}`, step) as Promise<T>',
    caughtBy: { file: `${SAGA}/versions.test.ts`, test: 'P13: a renamed step in the same version stops the saga' },
  },
  {
    name: 'divergence-not-detected',
    mistake: 'code that does not ask for what the journal has goes on all the same',
    promises: ['P13'],
    file: `${SAGA}/asked-steps.ts`,
    find: 'return this.#unasked.size === 0\n',
    replace: 'return true\n',
    caughtBy: { file: `${SAGA}/versions.test.ts`, test: 'P13: a step inserted before others' },
  },
  {
    name: 'signal-dropped',
    mistake: 'a signal that comes while no saga waits for it is dropped',
    promises: ['P12'],
    file: `${SAGA}/requests.ts`,
    find: '  await tx.sagas.addSignal({ sagaId, name, signalId, data: toJson(signal.data ?? null), consumed: false, receivedAt: now })\n',
    replace:
      "  if ((await tx.sagas.find(sagaId))?.status !== 'waiting') return\n  await tx.sagas.addSignal({ sagaId, name, signalId, data: toJson(signal.data ?? null), consumed: false, receivedAt: now })\n",
    caughtBy: { file: `${SAGA}/waits.test.ts`, test: 'P12: signals that come before the saga exists' },
    isLiveness: true,
  },
  {
    name: 'signal-delivered-twice',
    mistake: 'a signal that is sent again under its id is delivered again',
    promises: ['P12'],
    file: `${SAGA}/requests.ts`,
    find: 'const signalId = signal.id ?? runtime.ids.uuid()',
    replace: 'const signalId = runtime.ids.uuid()',
    caughtBy: { file: `${SAGA}/waits.test.ts`, test: 'P12: the same signal id is delivered once' },
  },
  {
    name: 'sleep-begins-anew',
    mistake: 'a restart begins a sleep anew instead of keeping the moment at which it ends',
    promises: ['P11'],
    file: `${SAGA}/control.ts`,
    find: 'const record = known ?? newWait(run, name, duration)',
    replace: 'const record = newWait(run, name, duration)',
    caughtBy: { file: `${SAGA}/waits.test.ts`, test: 'P11: a restart does not begin a sleep anew' },
  },
  {
    name: 'saga-epoch-not-checked',
    mistake: 'a process whose saga was taken over may still write its journal',
    promises: ['P14'],
    file: 'packages/banyan/src/store/sql/saga-statements.ts',
    find: 'WHERE id = ? AND epoch = ? RETURNING rollback_requested`',
    replace: 'WHERE id = ? AND epoch >= ? RETURNING rollback_requested`',
    caughtBy: { file: `${SAGA}/lease.test.ts`, test: 'P14: an old epoch cannot write' },
  },
  {
    name: 'take-over-from-the-living',
    mistake: 'a saga is taken over although the lease of its owner holds',
    promises: ['P14'],
    file: 'packages/banyan/src/store/sql/saga-statements.ts',
    find: 'l.taken_over = 0 AND l.expires_at > ?)`',
    replace: 'l.taken_over = 0 AND l.expires_at > ? + 3600000)`',
    caughtBy: { file: `${SAGA}/lease.test.ts`, test: 'P3: a process that lives keeps its sagas' },
  },
  {
    name: 'recovery-only-at-start',
    mistake: 'sagas that others left behind are looked for once, when a process starts',
    promises: ['P3'],
    file: `${SAGA}/claimer.ts`,
    find: '    this.wake(next === undefined ? Number.POSITIVE_INFINITY : Math.max(next, this.#now() + PAUSE_MS_MIN))\n',
    replace: '',
    caughtBy: { file: `${SAGA}/lease.test.ts`, test: 'P3: what a dead process had is taken over' },
  },
]
