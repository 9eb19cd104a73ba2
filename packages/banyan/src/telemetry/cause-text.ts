import { BanyanError } from '../kernel/error.ts'
import { REDACTED, redact } from './redact.ts'

/** Longest text kept of what was thrown, in characters: a name, a message and the frames that show where it came from. */
export const CAUSE_LENGTH_MAX = 2_000
/** Frames kept of each error: the first ones lie in the author's code, the others in the toolkit and in Node. */
const FRAMES_MAX = 8
/** Errors of a chain of causes: who threw, and what made it throw. */
const CAUSES_MAX = 3
/** Longest line, so that one message does not crowd out the frames. */
const LINE_LENGTH_MAX = 500

/**
 * Says for operators what was thrown and where: name, message and the top of the stack of the error and of its causes, bounded.
 * Undefined for an error that a contract declares, and for a refusal that nothing caused: their code and message say it all.
 * May name what the program worked on: for logs and journals, never for an answer.
 */
export function causeText(thrown: unknown): string | undefined {
  if (thrown instanceof BanyanError && thrown.cause === undefined && !SHOWS_STACK.has(thrown.code)) return undefined
  const parts: string[] = []
  let one: unknown = thrown
  for (let depth = 0; depth < CAUSES_MAX && one !== undefined; depth++) {
    if (!(one instanceof BanyanError && one.cause !== undefined)) parts.push(partText(one))
    one = one instanceof Error ? one.cause : undefined
  }
  if (parts.length === 0) return undefined
  const text = parts.join('\ncaused by ').slice(0, CAUSE_LENGTH_MAX)
  return String(redact(text)).replaceAll(MAIL_ADDRESS, REDACTED)
}

/** Personal data that messages carry most often; a path with a scope such as `/@shop/` is none. */
const MAIL_ADDRESS = /[^\s@"'<>/()=]+@[^\s@"'<>/()]+\.[a-z]{2,}/giu

/** Codes of mistakes in the program: the place matters even when nothing else caused them. */
const SHOWS_STACK: ReadonlySet<string> = new Set(['internal', 'misuse'])

function partText(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown).slice(0, LINE_LENGTH_MAX)
  const frames = (thrown.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '))
  const head = `${thrown.name}: ${thrown.message}`.slice(0, LINE_LENGTH_MAX)
  return [head, ...frames.slice(0, FRAMES_MAX).map((line) => line.slice(0, LINE_LENGTH_MAX))].join('\n')
}
