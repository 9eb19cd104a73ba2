import { isDeepStrictEqual } from 'node:util'
import { answerOf, type HistoryCheck, type HistoryEntry, isBefore, isRefused, type Violation } from './history.ts'

/** What counts as the same request and the same answer. */
export interface SameKeySameAnswerOptions {
  /** Entries with the same result carry the same key; undefined for those without. Default: operation and key. */
  readonly keyOf?: (entry: HistoryEntry) => string | undefined
  /** The part of an answer that must not change, e.g. without a status that grows while one waits. Default: all of it. */
  readonly answer?: (value: unknown) => unknown
  /** Whether an error says that nothing was done; after an answer, no repetition may get such a one. Default: no error does. */
  readonly isRefusal?: (error: unknown) => boolean
}

const RULE = 'same-key-same-answer'

/** Checks that a key always gets the same answer, and that another body under it is never accepted (P15). */
export function sameKeySameAnswer(options: SameKeySameAnswerOptions = {}): HistoryCheck {
  const keyOf = options.keyOf ?? ((entry) => entry.key && `${entry.operation} ${entry.key}`)
  return ({ entries }) => {
    const keyed = Map.groupBy(entries, keyOf)
    keyed.delete(undefined)
    return [...keyed].flatMap(([key, group]) => violationsOf(String(key), group, options))
  }
}

function violationsOf(key: string, group: readonly HistoryEntry[], options: SameKeySameAnswerOptions): Violation[] {
  const first = group.find(answerOf)
  if (!first) return []
  return group.flatMap((entry) => {
    const message = entry === first ? undefined : contradiction(first, entry, options)
    return message === undefined ? [] : [{ rule: RULE, message: `${key}: ${message}`, entries: [first, entry], observations: [] }]
  })
}

function contradiction(first: HistoryEntry, other: HistoryEntry, options: SameKeySameAnswerOptions): string | undefined {
  const { answer = (value: unknown) => value, isRefusal = () => false } = options
  const isSameBody = isDeepStrictEqual(first.input, other.input)
  const given = answerOf(other)
  if (given && !isSameBody) return 'another body was accepted'
  if (given) return isDeepStrictEqual(answer(answerOf(first)?.value), answer(given.value)) ? undefined : 'got two different answers'
  return isSameBody && isRefused(other, isRefusal) && isBefore(first, other) ? 'was answered, and refused when repeated' : undefined
}
