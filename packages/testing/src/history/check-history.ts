import type { History, HistoryCheck, Violation } from './history.ts'

/** Runs every check over the history and returns all that contradicts a promise; empty if nothing does. */
export function checkHistory(history: History, checks: readonly HistoryCheck[]): Violation[] {
  return checks.flatMap((check) => check(history))
}
