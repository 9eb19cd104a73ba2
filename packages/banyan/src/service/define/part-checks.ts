import { misuse } from '../../kernel/error.ts'
import { onlyOptions, shownValue } from '../../kernel/form.ts'
import { assertName, NAMES } from '../../kernel/name.ts'

/** Checks of what a service declares; each throws `misuse` that names the service. */
export interface PartChecks {
  /** Throws for options that are not among `known`; undefined has none. */
  options(what: string, options: unknown, known: readonly string[]): void
  /** Throws for what cannot name a part of a service. */
  name(kind: string, name: unknown): void
  /** Throws for what is no function. */
  callable(what: string, value: unknown): void
  /** Throws for a version that could not grow: it must be a whole number from 1 on. */
  version(what: string, version: unknown): void
  /** Throws for a word that is none of `words`. */
  oneOf(what: string, word: unknown, words: readonly string[]): void
}

/** Returns the checks of a service. */
export function partChecks(service: string): PartChecks {
  return {
    options(what, options, known) {
      if (options !== undefined) onlyOptions(`service ${service}: ${what}`, options, known)
    },
    name(kind, name) {
      assertName(`service ${service}: ${kind}`, name, NAMES.part)
    },
    callable(what, value) {
      if (typeof value !== 'function') misuse(`service ${service}: ${what} is ${shownValue(value)}; give a function`)
    },
    version(what, version) {
      if (!Number.isSafeInteger(version) || (version as number) < 1)
        misuse(`service ${service}: version of ${what} is ${shownValue(version)}; give a whole number from 1 on`)
    },
    oneOf(what, word, words) {
      if (!words.includes(word as string)) misuse(`service ${service}: ${what} is ${shownValue(word)}; give one of ${words.join(', ')}`)
    },
  }
}
